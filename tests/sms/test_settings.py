"""A bad setting is explained in words at start-up."""

import os
import subprocess
import sys

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
        ("TWILIO_SHARED_KEYS", "no-secret", "sms.E007", "Entry 1"),
        ("TWILIO_SHARED_KEYS", "k1:", "sms.E007", "<key id>:<secret>"),
        ("TWILIO_SHARED_KEYS", "k1: a", "sms.E007", "Entry 1"),
        ("TWILIO_SHARED_KEYS", "k1:a,:b", "sms.E007", "Entry 2"),
        ("TWILIO_SHARED_KEYS", "k1:a,", "sms.E007", "Entry 2"),
        ("TWILIO_SHARED_KEYS", "k=1:a", "sms.E007", "<key id>:<secret>"),
        ("TWILIO_SHARED_KEYS", "k1:a,k1:b", "sms.E007", "repeats the key id k1"),
        ("TWILIO_SIGNATURE_ALGORITHMS", ["MD5"], "sms.E008", "'MD5'"),
        ("TWILIO_SIGNATURE_ALGORITHMS", [""], "sms.E008", "proves nothing"),
        ("TWILIO_SIGNATURE_ALGORITHMS", ["HMAC_SHA256"], "sms.E008", "has none"),
        ("TWILIO_NUMBER", "202-555", "sms.E004", "+12025550100"),
        ("PUBLIC_URL", "switchboard.example", "sms.E005", "scheme and host"),
        ("PUBLIC_URL", "https://x.example/path", "sms.E005", "not an origin"),
        ("PUBLIC_URL", "https://x.example:99999", "sms.E005", "not an origin"),
        ("PUBLIC_URL", "https://me@x.example", "sms.E005", "not an origin"),
        ("SMS_ANSWERER", "apps.nowhere.answer", "sms.E006", "docs/texting.md"),
        ("SIGN_UP_PHONE", "apps.nowhere", "sms.E009", "apps.nowhere"),
        ("SIGN_UP_PHONE", "apps.sms.bell", "sms.E009", "has no note()"),
        ("FIELD_ENCRYPTION_KEYS", "k1:AAAA", "config.E003", "it needs 32"),
        ("SECRET_KEY", "short", "config.E004", "openssl rand"),
    ],
)
def test_a_bad_setting_is_explained(
    settings: Settings, name: str, value: str | list[str], check: str, says: str
) -> None:
    setattr(settings, name, value)
    assert says in ids()[check]


def test_the_secret_of_a_wrong_entry_is_not_shown(settings: Settings) -> None:
    settings.TWILIO_SHARED_KEYS = "the secret without its id, and=more:of it"
    assert "secret without" not in str(ids()) and "of it" not in str(ids())


def test_shared_keys_that_may_not_prove_anything_are_told(settings: Settings) -> None:
    settings.TWILIO_SHARED_KEYS = "k1:old,k2:new"
    assert ids() == {}
    settings.TWILIO_SIGNATURE_ALGORITHMS = ["HMAC_SHA1"]
    assert "lacks HMAC_SHA256" in ids()["sms.E008"]


@pytest.mark.parametrize(
    "missing", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_NUMBER"]
)
def test_twilio_needs_its_account(settings: Settings, missing: str) -> None:
    settings.SMS_GATEWAY = "twilio"
    setattr(settings, missing, "")
    assert missing in ids()["sms.E002"]


def test_plain_http_with_twilio_is_warned_of(settings: Settings) -> None:
    settings.SMS_GATEWAY = "twilio"
    settings.PUBLIC_URL = "http://switchboard.example"
    assert "in the clear" in ids()["sms.W001"]


def test_debug_where_others_can_reach_it_is_warned_of(settings: Settings) -> None:
    settings.DEBUG = True
    assert "DEBUG=0" in ids()["config.W001"]


def test_without_a_word_the_web_servers_settings_are_a_servers() -> None:
    clean = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    ask = (
        "import sys, types; checks = types.ModuleType('config.checks');"
        "checks.insist = lambda **_: None; sys.modules['config.checks'] = checks;"
        "import config.wsgi, os; print(os.environ['DJANGO_SETTINGS_MODULE'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask], env=clean, capture_output=True, text=True
    )
    assert done.stdout.strip() == "config.settings.production", done.stderr


def test_without_a_word_no_worker_starts() -> None:
    clean = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-m", "celery", "-A", "config", "worker"]
    done = subprocess.run(command, env=clean, capture_output=True, timeout=60)
    assert done.returncode != 0


def test_a_server_with_nothing_chosen_refuses_to_serve() -> None:
    kept = ("PATH", "HOME", "DATABASE_URL", "REDIS_URL")
    bare = {name: os.environ[name] for name in kept if name in os.environ}
    bare |= {"SECRET_KEY": "x" * 40, "DATA_DIR": "/nonexistent"}
    done = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        env=bare,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    for words in ("PUBLIC_URL is not set", "EMAIL_URL is not set", "there is no key"):
        assert words in done.stderr


def test_what_the_database_address_says_is_kept() -> None:
    ask = "from django.conf import settings; print(settings.DATABASES['default'])"
    url = os.environ["DATABASE_URL"] + "?sslmode=prefer"
    done = subprocess.run(
        [sys.executable, "-c", ask],
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
    )
    assert "'sslmode': 'prefer'" in done.stdout and "lock_timeout" in done.stdout
