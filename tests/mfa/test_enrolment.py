"""Setting a factor up, moving it, taking it away."""

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client

from apps.accounts.models import User
from apps.core import vault
from apps.core.errors import Conflict, Invalid, NotFound, TooMany
from apps.mfa import challenges, enrolment, factor
from apps.mfa.challenges import WrongCode
from apps.mfa.models import RecoveryDevice, SMSDevice, TOTPDevice
from apps.rbac import assignments
from apps.rbac.models import AuditEvent, Role
from apps.sms.models import OutboundText
from tests.factories import PhoneNumberFactory
from tests.mfa.conftest import (
    SESSION,
    give_password,
    no_pause,
    now,
    person,
    sign_in,
    texted,
    wrong,
)
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
HOME = "/app/settings/security/factors/"


def begun(user: User) -> TOTPDevice:
    enrolment.begin_totp(user=user)
    return TOTPDevice.objects.get(user=user, confirmed=False)


def set_up(user: User) -> list[str]:
    device = begun(user)
    return enrolment.confirm_totp(user=user, code=device.code(), session=SESSION)


def test_what_the_app_scans_is_what_every_app_reads(alice: User) -> None:
    device = begun(alice)
    setup = enrolment.totp_setup(alice)
    assert setup
    url = urlsplit(setup.url)
    assert (url.scheme, url.netloc) == ("otpauth", "totp")
    assert url.path == "/Switchboard:alice%40example.com"
    given = {name: value[0] for name, value in parse_qs(url.query).items()}
    assert given == {
        "secret": device.key,
        "issuer": "Switchboard",
        "algorithm": "SHA1",
        "digits": "6",
        "period": "30",
    }
    assert re.fullmatch("[A-Z2-7]{32}", device.key)
    assert setup.key.replace(" ", "") == device.key
    assert setup.qr.startswith("data:image/svg+xml")


def test_an_app_counts_once_its_code_was_given(alice: User) -> None:
    device = begun(alice)
    assert not factor.are_set_up(alice)
    with pytest.raises(WrongCode):
        enrolment.confirm_totp(user=alice, code=wrong(device.code()), session=SESSION)
    assert not factor.are_set_up(alice)
    no_pause(device)
    codes = enrolment.confirm_totp(user=alice, code=device.code(), session=SESSION)
    assert factor.are_set_up(alice) and len(codes) == 10


def test_the_code_that_set_it_up_does_not_sign_in_as_well(alice: User) -> None:
    device = begun(alice)
    code = device.code()
    enrolment.confirm_totp(user=alice, code=code, session=SESSION)
    challenge = challenges.begin(
        user=alice, factor="totp", purpose="login", session=SESSION
    )
    with pytest.raises(WrongCode):
        challenges.verify(challenge, code)


def test_recovery_codes_come_with_the_first_factor_only(alice: User) -> None:
    assert len(set_up(alice)) == 10
    phone = alice.phone_numbers.get()
    enrolment.begin_sms(user=alice, number=phone.public_id, session=SESSION)
    assert enrolment.confirm_sms(user=alice, code=texted(), session=SESSION) == []


def test_the_secret_lies_nowhere_in_clear_and_opens_in_its_own_row_only(
    alice: User, bob: User
) -> None:
    one, two = begun(alice), begun(bob)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t)::text FROM factors_totpdevice t")
        assert one.key not in " ".join(row[0] for row in cursor.fetchall())
    two.sealed = one.sealed
    with pytest.raises(vault.Unreadable):
        _ = two.key


def test_moving_to_another_phone_ends_the_old_app_when_the_new_one_is_confirmed(
    alice: User,
) -> None:
    set_up(alice)
    old = TOTPDevice.objects.get(user=alice)
    new = begun(alice)
    assert factor.named("totp").device(alice) == old
    assert enrolment.confirm_totp(user=alice, code=new.code(), session=SESSION) == []
    assert list(TOTPDevice.objects.filter(user=alice)) == [new]


def test_what_was_begun_an_hour_ago_cannot_be_confirmed(alice: User) -> None:
    device = begun(alice)
    with time_machine.travel(now() + timedelta(minutes=61)):
        assert enrolment.totp_setup(alice) is None
        with pytest.raises(Conflict):
            enrolment.confirm_totp(user=alice, code=device.code(), session=SESSION)


def test_a_phone_is_set_up_by_the_code_it_got(alice: User) -> None:
    phone = alice.phone_numbers.get()
    enrolment.begin_sms(user=alice, number=phone.public_id, session=SESSION)
    assert not factor.are_set_up(alice)
    enrolment.confirm_sms(user=alice, code=texted(), session=SESSION)
    assert SMSDevice.objects.get(user=alice).confirmed


def test_asking_too_soon_for_another_code_leaves_the_first_one_good(
    alice: User,
) -> None:
    number = alice.phone_numbers.get().public_id
    enrolment.begin_sms(user=alice, number=number, session=SESSION)
    with pytest.raises(TooMany):
        enrolment.begin_sms(user=alice, number=number, session=SESSION)
    enrolment.confirm_sms(user=alice, code=texted(), session=SESSION)
    assert factor.are_set_up(alice)


def test_a_code_that_is_too_old_texts_no_new_one_by_itself(
    alice: User, redis_forgets: Callable[[], None]
) -> None:
    number = alice.phone_numbers.get().public_id
    enrolment.begin_sms(user=alice, number=number, session=SESSION)
    redis_forgets()
    with time_machine.travel(now() + timedelta(minutes=11)):
        with pytest.raises(Invalid, match="Ask for a code first"):
            enrolment.confirm_sms(user=alice, code=texted(), session=SESSION)
        assert OutboundText.objects.count() == 1
        enrolment.begin_sms(user=alice, number=number, session=SESSION)
        enrolment.confirm_sms(user=alice, code=texted(), session=SESSION)
    assert factor.are_set_up(alice)


def test_the_code_for_one_phone_sets_up_no_other_begun_elsewhere(
    alice: User, redis_forgets: Callable[[], None]
) -> None:
    first = alice.phone_numbers.get()
    second = PhoneNumberFactory.create(user=alice, is_primary=False)
    enrolment.begin_sms(user=alice, number=first.public_id, session=SESSION)
    code = texted()
    enrolment.begin_sms(user=alice, number=second.public_id, session="another")
    with pytest.raises(Invalid, match="Ask for a code first"):
        enrolment.confirm_sms(user=alice, code=code, session=SESSION)
    assert OutboundText.objects.count() == 2
    # Asked for here, it is texted to the phone that was chosen last.
    redis_forgets()
    enrolment.begin_sms(user=alice, number=second.public_id, session=SESSION)
    enrolment.confirm_sms(user=alice, code=texted(), session=SESSION)
    assert SMSDevice.objects.get(user=alice, confirmed=True).phone_id == second.pk


def test_the_phone_of_somebody_else_cannot_be_set_up(alice: User, bob: User) -> None:
    with pytest.raises(NotFound):
        enrolment.begin_sms(
            user=alice, number=bob.phone_numbers.get().public_id, session=SESSION
        )


def test_a_number_that_was_only_claimed_cannot_be_set_up(alice: User) -> None:
    alice.phone_numbers.update(status="pending")
    with pytest.raises(NotFound):
        enrolment.begin_sms(
            user=alice, number=alice.phone_numbers.get().public_id, session=SESSION
        )


def test_every_change_is_recorded_and_told_to_every_verified_address(
    alice: User,
) -> None:
    for name, verified in (("other", True), ("claimed", False)):
        EmailAddress.objects.create(
            user=alice, email=f"{name}@example.com", verified=verified
        )
    set_up(alice)
    assert sorted(letter.to[0] for letter in mail.outbox) == [
        "alice@example.com",
        "other@example.com",
    ]
    mail.outbox.clear()
    enrolment.remove(user=alice, name="totp")
    assert len(mail.outbox) == 2
    assert "removed" in mail.outbox[0].subject
    found = AuditEvent.objects.filter(
        subject_id=alice.pk, action__startswith="mfa.factor"
    )
    newest = list(found.order_by("-id").values_list("action", flat=True)[:2])
    assert newest == ["mfa.factor.remove", "mfa.factor.add"]


def test_recovery_codes_go_with_the_last_factor(alice: User) -> None:
    set_up(alice)
    enrolment.remove(user=alice, name="totp")
    assert not RecoveryDevice.objects.exists()


def test_an_administrator_keeps_the_last_factor(alice: User) -> None:
    set_up(alice)
    role = Role.objects.get(slug="administrator")
    assignments.grant(by=None, user=alice, role=role, reason="test")
    alice = User.objects.get(pk=alice.pk)
    with pytest.raises(Conflict) as refusal:
        enrolment.remove(user=alice, name="totp")
    assert refusal.value.code == "last_factor"
    # Nor does a page ask about it first and refuse it afterwards.
    TOTPDevice.objects.update(last_t=-1)
    client = sign_in(alice, TOTPDevice.objects.get())
    asked = client.get(f"{HOME}totp/remove/", follow=True)
    assert asked.redirect_chain == [(HOME, 302)]
    assert "Your role needs a second factor." in asked.content.decode()
    phone = alice.phone_numbers.get()
    enrolment.begin_sms(user=alice, number=phone.public_id, session=SESSION)
    enrolment.confirm_sms(user=alice, code=texted(), session=SESSION)
    enrolment.remove(user=alice, name="totp")
    assert factor.are_set_up(alice)


def test_one_thing_to_lose_is_said(alice: User) -> None:
    codes = set_up(alice)
    assert not is_only_one_left(alice)
    device = RecoveryDevice.objects.get(user=alice)
    device.codes.filter(selector__in=[code[:4] for code in codes[:8]]).update(
        used_at=now()
    )
    assert is_only_one_left(alice)


def is_only_one_left(user: User) -> bool:
    codes = RecoveryDevice.objects.get(user=user)
    return enrolment.is_only_one_left(factor.of(user), codes.left)


# --- On the pages ----------------------------------------------------------------------


def test_an_app_is_set_up_on_the_pages_and_its_codes_are_shown_once(
    alice: User,
) -> None:
    client = Client()
    give_password(client, alice)
    assert client.post(f"{HOME}totp/begin/")["Location"] == f"{HOME}totp/"
    page = client.get(f"{HOME}totp/").content.decode()
    device = TOTPDevice.objects.get(user=alice)
    assert device.key in page.replace(" ", "") and "data:image/svg+xml" in page
    answer = client.post(f"{HOME}totp/", {"code": device.code()})
    assert (
        len(re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", answer.content.decode()))
        == 10
    )
    assert "no-store" in answer["Cache-Control"]
    again = client.get(f"{HOME}totp/")
    assert again["Location"] == HOME
    assert "10 of 10 left" in client.get(HOME).content.decode()


def test_a_phone_is_set_up_on_the_pages(alice: User) -> None:
    client = Client()
    give_password(client, alice)
    number = str(alice.phone_numbers.get().public_id)
    answer = client.post(f"{HOME}sms/begin/", {"number": number})
    assert answer["Location"] == f"{HOME}sms/"
    assert client.get(f"{HOME}sms/").status_code == 200
    wrongly = client.post(f"{HOME}sms/", {"code": wrong(texted())})
    assert wrongly.status_code == 400
    no_pause(SMSDevice.objects.get(user=alice))
    assert client.post(f"{HOME}sms/", {"code": texted()}).status_code == 200
    assert factor.are_set_up(alice)


def test_a_factor_is_removed_after_a_question(alice: User, app: TOTPDevice) -> None:
    client = sign_in(alice, app)
    asked = client.get(f"{HOME}totp/remove/").content.decode()
    assert "your password alone is enough" in asked
    assert factor.are_set_up(alice)
    assert client.post(f"{HOME}totp/remove/")["Location"] == HOME
    assert not factor.are_set_up(alice)


def test_recovery_codes_are_never_in_a_page_that_is_only_looked_at(
    alice: User, app: TOTPDevice
) -> None:
    client = sign_in(alice, app)
    page = f"{HOME}recovery/"
    assert not re.search("[A-Z2-7]{4}-[A-Z2-7]{4}-", client.get(page).content.decode())
    made = client.post(page).content.decode()
    assert len(re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", made)) == 10
    assert not re.search("[A-Z2-7]{4}-[A-Z2-7]{4}-", client.get(page).content.decode())


def test_only_what_was_proved_minutes_ago_may_change_factors(alice: User) -> None:
    client = Client()
    give_password(client, alice)
    with time_machine.travel(now() + timedelta(minutes=6)):
        for page in ("totp/begin/", "sms/begin/"):
            answer = client.post(f"{HOME}{page}")
            assert answer["Location"].startswith("/accounts/reauthenticate/"), page
        for page in ("totp/", "sms/", "recovery/"):
            answer = client.get(f"{HOME}{page}")
            assert answer["Location"].startswith("/accounts/reauthenticate/"), page
    assert not TOTPDevice.objects.exists()


@pytest.mark.parametrize(
    "page", ["", "totp/", "sms/", "recovery/", "totp/remove/", "lost/veto/"]
)
def test_these_pages_are_closed_to_an_operator_who_stands_in(
    alice: User, page: str
) -> None:
    ada = person("ada@example.com")
    role = Role.objects.get(slug="administrator")
    assignments.grant(by=None, user=ada, role=role, reason="test")
    client = signed_in(ada)
    begin = f"/admin/accounts/user/{alice.pk}/stand-in/"
    assert client.post(begin, {"reason": "Ticket 81"}).status_code == 302
    assert client.get("/app/").status_code == 200
    for verb in (client.get, client.post):
        assert verb(f"{HOME}{page}").status_code == 403


def test_a_change_of_factors_ends_what_was_signed_in_before(alice: User) -> None:
    here, elsewhere = sign_in_of(alice), sign_in_of(alice)
    here.post(f"{HOME}totp/begin/")
    code = TOTPDevice.objects.get().code()
    assert here.post(f"{HOME}totp/", {"code": code}).status_code == 200
    assert here.get("/app/").status_code == 200
    said = elsewhere.get("/app/", follow=True).content.decode()
    assert "Your second factors were changed." in said
    again = signed_in(alice)
    assert here.post(f"{HOME}recovery/").status_code == 200
    assert again.get("/app/").status_code == 302
    again = signed_in(alice)
    assert here.post(f"{HOME}totp/remove/").status_code == 302
    assert again.get("/app/").status_code == 302
    assert here.get("/app/").status_code == 200


def sign_in_of(user: User) -> Client:
    return signed_in(user, twice=False)
