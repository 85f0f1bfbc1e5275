"""Texts that Twilio would bring elsewhere are noticed before anybody misses them."""

import pytest
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.sms import diagnosis
from apps.sms.models import CarrierFinding
from tests.sign_in import signed_in
from tests.sms.test_alerts import firing
from tests.sms.test_configure_twilio import configure, number, site
from tests.sms.twilio_server import TwilioServer

__all__ = ["number", "site"]
pytestmark = pytest.mark.django_db(transaction=True)
ELSEWHERE = "https://demo.twilio.com/welcome/sms/reply"


def names() -> set[str]:
    return set(CarrierFinding.objects.values_list("name", flat=True))


def test_where_twilio_points_is_on_the_front_page_and_pages(
    number: dict[str, str], ada: User
) -> None:
    assert diagnosis.diagnose() == 2 and names() == {"sms_url", "sms_fallback_url"}
    assert "sms.drift" in firing()
    client: Client = signed_in(ada)
    for page in ("/admin/", "/admin/sms/carrierfinding/"):
        shown = client.get(page).content.decode()
        assert f"sms_url: Twilio points at {ELSEWHERE}, expected" in shown
    configure()
    assert diagnosis.diagnose() == 0 and names() == set()
    assert ELSEWHERE not in client.get("/admin/").content.decode()


def test_who_could_not_look_says_so_and_forgets_nothing(
    number: dict[str, str], twilio: TwilioServer, ada: User
) -> None:
    diagnosis.diagnose()
    twilio.behave(500)
    assert diagnosis.diagnose() == 3
    assert diagnosis.differing() == 2
    shown = signed_in(ada).get("/admin/sms/carrierfinding/").content.decode()
    assert "Twilio is busy or out of order (500): try again later." in shown
    configure()
    diagnosis.diagnose()
    assert names() == set()


def test_a_change_since_is_told_as_it_is_now(number: dict[str, str]) -> None:
    diagnosis.diagnose()
    first = CarrierFinding.objects.get(name="sms_url")
    number["sms_url"] = "https://example.org/other"
    diagnosis.diagnose()
    again = CarrierFinding.objects.get(name="sms_url")
    assert again.pk == first.pk and again.first_seen_at == first.first_seen_at
    assert again.found == "https://example.org/other"


def test_the_simulator_has_nothing_to_look_at(settings: Settings) -> None:
    settings.SMS_GATEWAY = "simulator"
    assert diagnosis.diagnose() == 0


def test_a_number_that_is_gone_pages_like_one_that_points_elsewhere(
    twilio: TwilioServer, settings: Settings
) -> None:
    assert diagnosis.diagnose() == 1 and "sms.drift" in firing()
    found = diagnosis.in_words(CarrierFinding.objects.get())
    assert found.startswith("phone_number: Twilio has nothing, expected +")
    settings.TWILIO_MESSAGING_SERVICE_SID = "MG" + "1" * 32
    assert diagnosis.diagnose() == 1 and names() == {"messaging_service"}
