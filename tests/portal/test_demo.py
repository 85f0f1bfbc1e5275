"""The demo people, as `make run` leaves them."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.mfa.models import TOTPDevice
from apps.portal import demo
from apps.sms.models import InboundText, Lane, OutboundText, PhoneNumber, Turn
from apps.sms.worker import drain
from tests.factories import UserFactory


@pytest.fixture
def laptop(settings: Settings, db: None) -> None:
    settings.DEBUG = True


def _run(command: str) -> str:
    said = StringIO()
    call_command(command, stdout=said)
    return said.getvalue()


def test_seeding_twice_changes_nothing(laptop: None) -> None:
    _run("seed_demo")
    before = _counts()
    _run("seed_demo")
    assert _counts() == before == (4, 4, 3, 4)


def test_everyone_can_sign_in_and_phones_are_theirs(laptop: None) -> None:
    _run("seed_demo")
    for person in demo.PEOPLE:
        form = {"login": person.email, "password": "correct-horse-battery-staple"}
        client = Client()
        answer = client.post("/accounts/login/", form)
        if person.has_app:
            proof = {"use": "totp", "code": demo.code(person.email)}
            answer = client.post(answer["Location"], proof)
        assert answer["Location"] == "/app/"
    owners = dict(PhoneNumber.objects.verified().values_list("e164", "user__email"))
    assert owners == {
        "+12025550101": "alice@example.com",
        "+12025550102": "bob@example.com",
        "+12025550103": "charlie@example.com",
    }
    assert [
        u.email for u in User.objects.filter(groups__name="role:administrator")
    ] == ["ada@example.com"]


def test_the_password_can_be_chosen(
    laptop: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "another-password-here")
    _run("seed_demo")
    assert User.objects.get(email="bob@example.com").check_password(
        "another-password-here"
    )
    assert "another-password-here" in _run("welcome")


def test_the_administrators_code_is_said_and_signs_in(laptop: None) -> None:
    _run("seed_demo")
    assert f"code {demo.code('ada@example.com')} now" in _run("welcome")


def test_the_secret_of_the_app_can_be_chosen(laptop: None, settings: Settings) -> None:
    _run("seed_demo")
    settings.DEMO_TOTP_SECRET = "GEZDGNBVGY3TQOJQ"
    _run("seed_demo")
    device = TOTPDevice.objects.get(user__email="ada@example.com")
    assert device.key == "GEZDGNBVGY3TQOJQ"
    # RFC 6238's own example key at its first time, of which six digits are shown.
    settings.DEMO_TOTP_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    _run("seed_demo")
    device.refresh_from_db()
    assert device.code(59 // 30) == "287082"


def test_a_code_that_was_used_stays_used_when_seeding_again(laptop: None) -> None:
    _run("seed_demo")
    TOTPDevice.objects.update(last_t=42)
    _run("seed_demo")
    assert TOTPDevice.objects.get().last_t == 42


def test_a_secret_that_is_none_is_said_in_a_sentence(
    laptop: None, settings: Settings
) -> None:
    settings.DEMO_TOTP_SECRET = "not base32!"
    with pytest.raises(CommandError, match="DEMO_TOTP_SECRET"):
        _run("seed_demo")


def test_history_leaves_nothing_for_a_worker(
    transactional_db: None, laptop: None
) -> None:
    _run("seed_demo")
    before = OutboundText.objects.count()
    # A phone that is proven wakes its lane, and there is nothing in it.
    drain()
    assert OutboundText.objects.count() == before
    assert not Lane.objects.filter(due_at__isnull=False).exists()
    assert not InboundText.objects.filter(turn=None).exists()
    assert not Turn.objects.filter(finished_at=None).exists()
    assert not OutboundText.objects.exclude(delivery="delivered").exists()
    for turn in Turn.objects.all():
        assert turn.reply.body.startswith("Reminder set:")


def test_a_demo_number_that_somebody_else_has_proven_stays_theirs(laptop: None) -> None:
    dana = UserFactory.create(email="dana@example.com")
    PhoneNumber.objects.create(user=dana, e164="+12025550102", status="verified")
    _run("seed_demo")
    assert PhoneNumber.objects.verified().get(e164="+12025550102").user == dana


def test_a_server_refuses_demo_people(settings: Settings, db: None) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="only for DEBUG=1"):
        _run("seed_demo")
    assert not User.objects.exists()


def test_welcome_names_the_pages_and_who_is_there(laptop: None) -> None:
    assert "alice" not in _run("welcome")
    _run("seed_demo")
    said = _run("welcome")
    for shown in ("/dev/phone/", "alice@example.com", "+1 202 555 0100"):
        assert shown in said


def _counts() -> tuple[int, ...]:
    models = (User, EmailAddress, PhoneNumber, Turn)
    return tuple(model.objects.count() for model in models)
