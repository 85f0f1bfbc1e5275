"""After sign-up: a phone and a second factor, one page after the other, or later."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.mfa.models import TOTPDevice
from apps.rbac import assignments
from apps.rbac.models import Role
from tests.factories import PhoneNumberFactory
from tests.mfa.conftest import app_of
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
PHONES, OVERVIEW = "/app/phones/", "/app/"
FACTORS = "/app/settings/security/factors/"
DISMISS = "/app/setting-up/dismiss/"


def seen(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def dana() -> Client:
    """Somebody who has just signed up and given the code."""
    client = Client()
    assert "Step 1 of 4" in seen(client, "/accounts/signup/")
    form = {"email": "dana@example.com", "password1": "four-grey-herons-waiting"}
    led = client.post("/accounts/signup/", form)["Location"]
    assert "Step 2 of 4" in seen(client, led)
    code = re.search(r"code is\s+(\S+)", str(mail.outbox[0].body))
    assert code is not None
    assert client.post(led, {"code": code[1]})["Location"] == PHONES
    return client


def person() -> User:
    return User.objects.get(email="dana@example.com")


def skip(page: str) -> str:
    found = re.search(r'href="(\S+)">Skip for now', page)
    assert found is not None
    return found[1]


def test_every_step_can_be_left_and_is_found_again_on_the_overview(
    dana: Client,
) -> None:
    page = seen(dana, PHONES)
    assert "Step 3 of 4" in page and skip(page) == FACTORS
    page = seen(dana, FACTORS)
    assert "Step 4 of 4" in page and skip(page) == OVERVIEW
    page = seen(dana, OVERVIEW)
    assert "Finish setting up" in page and "2 of 4" in page
    assert "First steps" not in page
    assert "Next: link a phone." in page


def test_a_second_factor_is_the_last_step(dana: Client) -> None:
    PhoneNumberFactory.create(user=person())
    assert f'href="{FACTORS}">Continue' in seen(dana, PHONES)
    dana.post(f"{FACTORS}totp/begin/")
    assert "Step 4 of 4" in seen(dana, f"{FACTORS}totp/")
    code = TOTPDevice.objects.get().code()
    codes = dana.post(f"{FACTORS}totp/", {"code": code}).content.decode()
    assert "Step 4 of 4" in codes and f'href="{OVERVIEW}">I have kept them' in codes
    assert "Finish setting up" not in seen(dana, OVERVIEW)
    # It is over for good, whatever is missing later.
    TOTPDevice.objects.all().delete()
    for path in (OVERVIEW, PHONES, FACTORS):
        page = seen(dana, path)
        assert "Finish setting up" not in page and "of 4" not in page


def test_whoever_dismisses_it_hears_no_more_of_it(dana: Client) -> None:
    assert dana.post(DISMISS)["Location"] == OVERVIEW
    page = seen(dana, OVERVIEW)
    assert "Finish setting up" not in page and "First steps" in page
    assert "Step" not in seen(dana, PHONES)


def test_somebody_who_was_here_before_is_not_led_anywhere(alice: User) -> None:
    client = signed_in(alice, twice=False)
    assert "Finish setting up" not in seen(client, OVERVIEW)
    assert "of 4" not in seen(client, FACTORS)


def test_a_step_that_is_required_cannot_be_skipped(dana: Client) -> None:
    role = Role.objects.get(slug="administrator")
    assignments.grant(by=None, user=person(), role=role, reason="test")
    page = seen(dana, FACTORS)
    assert "Step 4 of 4" in page and "Skip for now" not in page
    app_of(person())
    assert f'href="{OVERVIEW}">Continue' in seen(dana, FACTORS)


def test_an_operator_who_looks_ends_nothing(alice: User) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True)
    app_of(alice)
    User.objects.filter(pk=alice.pk).update(is_setting_up=True)
    ada = User.objects.create_superuser("ada@example.com")
    app_of(ada)
    operator = signed_in(ada)
    path = reverse("admin:index") + f"accounts/user/{alice.pk}/stand-in/"
    operator.post(path, {"reason": "Ticket 81"})
    assert "Alice" in seen(operator, OVERVIEW)
    alice.refresh_from_db()
    assert alice.is_setting_up
    assert operator.post(DISMISS).status_code == 403
    seen(signed_in(alice), OVERVIEW)
    alice.refresh_from_db()
    assert not alice.is_setting_up


def test_a_new_address_of_somebody_signed_in_is_no_step(alice: User) -> None:
    EmailAddress.objects.create(
        user=alice, email=alice.email, verified=True, primary=True
    )
    client = signed_in(alice, twice=False)
    form = {"action_add": "", "email": "other@example.com"}
    led = client.post("/accounts/email/", form)["Location"]
    assert "Step" not in seen(client, led)
