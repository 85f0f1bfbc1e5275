"""A bad setting is explained in words at start-up."""

import pytest
from django.core.checks import run_checks
from pytest_django import Settings


def ids() -> dict[str, str]:
    return {
        str(found.id): f"{found.msg} {found.hint}"
        for found in run_checks()
        if str(found.id).startswith(("sms.", "config."))
    }


def test_the_suites_own_settings_are_good() -> None:
    assert ids() == {}


@pytest.mark.parametrize(
    ("name", "value", "check", "says"),
    [
        ("SMS_GATEWAY", "pigeon", "sms.E001", '"simulator" or "twilio"'),
        ("SMS_GATEWAY", "../x", "sms.E001", "no such gateway"),
        ("TWILIO_AUTH_TOKEN", "", "sms.E003", "no webhook can be proven"),
        ("TWILIO_NUMBER", "202-555", "sms.E004", "+12025550100"),
        ("PUBLIC_URL", "switchboard.example", "sms.E005", "scheme and host"),
        ("PUBLIC_URL", "https://x.example/path", "sms.E005", "not an origin"),
        ("SMS_ANSWERER", "apps.nowhere.answer", "sms.E006", "docs/texting.md"),
        ("FIELD_ENCRYPTION_KEYS", "k1:AAAA", "config.E003", "it needs 32"),
        ("SECRET_KEY", "short", "config.E004", "openssl rand"),
    ],
)
def test_a_bad_setting_is_explained(
    settings: Settings, name: str, value: str, check: str, says: str
) -> None:
    setattr(settings, name, value)
    assert says in ids()[check]


@pytest.mark.parametrize(
    "missing", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_NUMBER"]
)
def test_twilio_needs_its_account(settings: Settings, missing: str) -> None:
    settings.SMS_GATEWAY = "twilio"
    setattr(settings, missing, "")
    assert missing in ids()["sms.E002"]


def test_the_simulator_beside_a_real_gateway_is_refused(settings: Settings) -> None:
    settings.SMS_GATEWAY = "twilio"
    settings.PHONE_SIMULATOR = True
    assert "PHONE_SIMULATOR=0" in ids()["sms.E007"]
    settings.PHONE_SIMULATOR = False
    assert "sms.E007" not in ids()


def test_plain_http_with_twilio_is_warned_of(settings: Settings) -> None:
    settings.SMS_GATEWAY = "twilio"
    settings.PUBLIC_URL = "http://switchboard.example"
    assert "in the clear" in ids()["sms.W001"]


def test_debug_where_others_can_reach_it_is_warned_of(settings: Settings) -> None:
    settings.DEBUG = True
    assert "DEBUG=0" in ids()["config.W001"]
