"""A phone may be named at sign-up: it waits on the list, and says nothing of anybody."""

import json
import re

import pytest
from django.core import mail
from django.test import Client

from apps.accounts.models import User
from apps.sms.models import NumberEvent, PhoneNumber
from tests.factories import PhoneNumberFactory, UserFactory

PASSWORD = "a-long-walk-by-the-sea"
PHONE = "+12025550177"


def _sign_up(email: str, phone: str) -> tuple[Client, int, str]:
    """The browser, the status, and where to or the page without what is random."""
    client = Client()
    form = {"email": email, "password1": PASSWORD, "phone": phone}
    answer = client.post("/accounts/signup/", form)
    page = re.sub(
        r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode()
    )
    return client, answer.status_code, answer.get("Location", page)


def _by_api(email: str, phone: object) -> tuple[int, dict[str, object]]:
    form = {"email": email, "password": PASSWORD, "phone": phone}
    answer = Client().post(
        "/api/auth/app/v1/auth/signup",
        json.dumps(form),
        content_type="application/json",
    )
    return answer.status_code, answer.json()


def test_the_phone_waits_in_the_next_step(db: None) -> None:
    client, status, location = _sign_up("dana@example.com", "(202) 555-0177")
    assert (status, location) == (302, "/accounts/confirm-email/")
    number = PhoneNumber.objects.get()
    assert (number.e164, number.status) == (PHONE, "pending")
    assert NumberEvent.objects.get().kind == NumberEvent.Kind.NOTED
    found = re.search(r"code is\s+(\S+)", str(mail.outbox[-1].body))
    assert found is not None
    page = client.post(location, {"code": found[1]}, follow=True).content.decode()
    assert "+1 202 555 0177" in page
    assert "Text me a code" in page and "LINK " in page


def test_it_may_be_left_out(db: None) -> None:
    assert _sign_up("dana@example.com", "")[1] == 302
    assert User.objects.exists() and not PhoneNumber.objects.exists()


@pytest.mark.parametrize(
    ("phone", "why"),
    [
        ("hello", "in digits"),
        ("+1 900 555 0101", "a premium-rate number"),
        ("+45 20 12 34 56", "this country (DK)"),
        ("+1 202 555 0100", "the number you text to"),
    ],
)
def test_what_is_wrong_with_it_is_said_at_its_field(
    db: None, phone: str, why: str
) -> None:
    _, status, page = _sign_up("dana@example.com", phone)
    assert status == 200 and why in page and 'aria-invalid="true"' in page
    status, body = _by_api("dana@example.com", phone)
    assert status == 400
    errors = body["errors"]
    assert isinstance(errors, list) and errors[0]["param"] == "phone"
    assert why in errors[0]["message"]
    assert not User.objects.exists()


@pytest.mark.parametrize("phone", [PHONE, "+1 900 555 0101"])
def test_the_answer_is_the_same_for_an_address_or_a_number_of_somebody(
    db: None, phone: str
) -> None:
    PhoneNumberFactory.create(
        user=UserFactory.create(email="a@example.com"), e164=PHONE
    )
    known = _sign_up("a@example.com", phone)[1:]
    free = _sign_up("b@example.com", phone)[1:]
    assert known == (free[0], free[1].replace("b@example.com", "a@example.com"))
    assert _by_api("a@example.com", phone)[0] == _by_api("c@example.com", phone)[0]
    # Nothing is noted for who has an account already.
    assert PhoneNumber.objects.filter(user__email="a@example.com").count() == 1


def test_an_app_names_it_too(db: None) -> None:
    assert _by_api("dana@example.com", PHONE)[0] == 401
    assert PhoneNumber.objects.get().user.email == "dana@example.com"
    assert _by_api("dora@example.com", 12025550177)[0] == 400
