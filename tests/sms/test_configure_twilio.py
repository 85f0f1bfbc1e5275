"""One command tells Twilio where to call, and says what it finds set otherwise."""

import io

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from apps.sms import signing
from tests.sms.twilio_server import TwilioServer

SITE = "https://switchboard.example"
AGAIN = "#rc=5&rp=all"
SERVICE = "MG" + "1" * 32


@pytest.fixture(autouse=True)
def site(settings: Settings, twilio: TwilioServer) -> None:
    settings.PUBLIC_URL = SITE


def configure(*options: str) -> str:
    out = io.StringIO()
    call_command("sms_configure_twilio", *options, stdout=out)
    return out.getvalue()


def refusal(*options: str) -> str:
    with pytest.raises(CommandError) as refused:
        configure(*options)
    assert refused.value.returncode == 1
    return str(refused.value)


@pytest.fixture
def number(settings: Settings, twilio: TwilioServer) -> dict[str, str | None]:
    return twilio.buy(settings.TWILIO_NUMBER)


@pytest.fixture
def service(settings: Settings, twilio: TwilioServer) -> dict[str, str | bool]:
    settings.TWILIO_MESSAGING_SERVICE_SID = SERVICE
    return twilio.found(SERVICE)


def test_a_new_number_is_pointed_here(
    settings: Settings, number: dict[str, str | None]
) -> None:
    before = dict(number)
    said = configure()
    assert (
        "sms_url: Twilio points at https://demo.twilio.com/welcome/sms/reply, "
        f"expected {SITE}/webhooks/twilio/sms/{AGAIN}" in said
    )
    assert f"Twilio now points {settings.TWILIO_NUMBER} at {SITE}." in said
    # Calls are none of ours.
    assert number == before | {
        "sms_url": f"{SITE}/webhooks/twilio/sms/{AGAIN}",
        "sms_fallback_url": f"{SITE}/webhooks/twilio/fallback/{AGAIN}",
    }


def test_what_would_win_over_the_addresses_is_put_right(
    number: dict[str, str | None],
) -> None:
    configure()
    number |= {"sms_application_sid": "AP1", "sms_method": "GET"}
    said = refusal("--check").splitlines()
    assert said == [
        "sms_method: Twilio has GET, expected POST",
        "sms_application_sid: Twilio has AP1, expected nothing",
    ]
    configure()
    assert (number["sms_application_sid"], number["sms_method"]) == (None, "POST")


def test_a_new_service_is_pointed_here(service: dict[str, str | bool]) -> None:
    before = dict(service)
    assert f"Twilio now points {SERVICE} at {SITE}." in configure()
    assert service == before | {
        "inbound_request_url": f"{SITE}/webhooks/twilio/sms/{AGAIN}",
        "fallback_url": f"{SITE}/webhooks/twilio/fallback/{AGAIN}",
        "status_callback": f"{SITE}/webhooks/twilio/status/{AGAIN}",
        "use_inbound_webhook_on_number": False,
    }
    assert "points" in configure("--check")


def test_with_a_service_the_number_is_left_alone(
    number: dict[str, str | None], service: dict[str, str | bool]
) -> None:
    before = dict(number)
    configure()
    assert number == before


def test_a_number_that_only_holds_ours_is_left_alone(
    settings: Settings, twilio: TwilioServer
) -> None:
    longer = twilio.buy(settings.TWILIO_NUMBER + "9")
    before = dict(longer)
    ours = twilio.buy(settings.TWILIO_NUMBER)
    configure()
    assert longer == before and SITE in ours["sms_url"]


def test_check_only_looks(number: dict[str, str | None]) -> None:
    before = dict(number)
    said = refusal("--check")
    assert "sms_fallback_url: Twilio points at nothing, expected" in said
    assert number == before


def test_set_twice_changes_nothing_the_second_time(
    twilio: TwilioServer, number: dict[str, str | None]
) -> None:
    configure()
    calls = twilio.posts
    assert configure() == configure("--check")
    assert twilio.posts == calls + 2  # two looks


def test_a_moved_site_is_drift(
    settings: Settings, number: dict[str, str | None]
) -> None:
    configure()
    settings.PUBLIC_URL = "https://moved.example"
    assert f"points at {SITE}/webhooks/twilio/sms/" in refusal("--check")


def test_what_twilio_does_not_take_is_told(
    twilio: TwilioServer, number: dict[str, str | None]
) -> None:
    twilio.deaf_to.add("sms_fallback_url")
    said = refusal().splitlines()
    assert said[0] == "Twilio did not take everything."
    assert len(said) == 2 and said[1].startswith("sms_fallback_url: Twilio points at")


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        (429, "busy or out of order (429)"),
        (500, "busy or out of order (500)"),
        (503, "busy or out of order (503)"),
        (403, "Twilio refused with error"),
        ("21502", "Twilio refused with error"),
        ("drop", "Twilio could not be reached."),
        ("garbage", "Twilio's answer could not be read."),
    ],
)
@pytest.mark.parametrize("calls_before", [0, 1, 2, 3])
def test_trouble_at_any_call_is_a_sentence(
    twilio: TwilioServer,
    number: dict[str, str | None],
    calls_before: int,
    behaviour: int | str,
    says: str,
) -> None:
    twilio.behave(*["accept"] * calls_before, behaviour)
    assert says in refusal()


def test_an_address_that_twilio_does_not_like_is_told_with_its_code(
    twilio: TwilioServer, number: dict[str, str | None]
) -> None:
    twilio.behave("accept", "accept", "21502")
    assert "Twilio refused with error 21502: " in refusal()


def test_a_twilio_that_says_nothing_is_not_waited_for(
    twilio: TwilioServer, number: dict[str, str | None]
) -> None:
    twilio.behave("hang")
    assert refusal("--check") == "Twilio did not answer in time."


def test_nobody_listening_is_a_sentence(settings: Settings) -> None:
    settings.TWILIO_API_BASE = "http://127.0.0.1:9"
    assert refusal() == "Twilio could not be reached."


def test_a_wrong_token_is_a_sentence(twilio: TwilioServer) -> None:
    twilio.token = f"not {signing.tokens()[0]}"
    assert "does not accept TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN" in refusal()


def test_a_number_of_somebody_elses_is_a_sentence(settings: Settings) -> None:
    assert f"has no number {settings.TWILIO_NUMBER}." in refusal()


def test_a_service_of_somebody_elses_is_a_sentence(settings: Settings) -> None:
    settings.TWILIO_MESSAGING_SERVICE_SID = SERVICE
    assert f"has no messaging service {SERVICE}." in refusal()
    nothing = f"messaging_service: Twilio has nothing, expected {SERVICE}"
    assert nothing in refusal("--check")


def test_a_laptop_with_the_simulator_leaves_twilio_alone(
    settings: Settings, twilio: TwilioServer
) -> None:
    settings.SMS_GATEWAY = "simulator"
    assert "Twilio is left alone" in refusal()
    assert twilio.posts == 0
