"""Letters: who is told of what, and what a letter may hold."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts import letters, places, sessions, suspension
from apps.accounts.models import LoginSession, User
from apps.sms import linking
from apps.sms.models import PhoneNumber
from tests.factories import PASSWORD, PhoneNumberFactory, UserFactory
from tests.rbac.factories import person

pytestmark = pytest.mark.django_db(transaction=True)

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEWER_FIREFOX = FIREFOX.replace("140", "141")
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0 Safari/537.36"
)
NEW = "four-grey-herons-waiting"


@pytest.fixture
def alice(transactional_db: None) -> User:
    with time_machine.travel(timezone.now() - timedelta(days=400)):
        user = UserFactory.create(email="alice@example.com", timezone="Europe/Berlin")
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    return user


def sign_in(user: User, browser: str = FIREFOX, address: str = "203.0.113.7") -> Client:
    client = Client(REMOTE_ADDR=address, headers={"user-agent": browser})
    form = {"login": user.email, "password": PASSWORD}
    assert client.post("/accounts/login/", form).status_code == 302
    return client


def sent() -> list[tuple[str, str]]:
    """To whom, and what it is about; emptied."""
    found = [(each.to[0], str(each.subject)) for each in mail.outbox]
    mail.outbox.clear()
    return found


def _subjects() -> list[str]:
    return [subject for _, subject in sent()]


NEW_SIGN_IN = "New sign-in to Switchboard"


def test_a_sign_in_from_a_new_browser_or_network_is_told(alice: User) -> None:
    sign_in(alice)
    body = str(mail.outbox[0].body)
    assert "From: 203.0.113.7, Firefox on Linux" in body
    assert "(Europe/Berlin)" in body
    assert sent() == [("alice@example.com", NEW_SIGN_IN)]
    sign_in(alice)
    sign_in(alice, NEWER_FIREFOX, "203.0.113.99")
    assert not sent()
    sign_in(alice, CHROME)
    assert _subjects() == [NEW_SIGN_IN]
    sign_in(alice, FIREFOX, "198.51.100.7")
    assert _subjects() == [NEW_SIGN_IN]
    # Each was seen, but not together.
    sign_in(alice, CHROME, "198.51.100.7")
    assert _subjects() == [NEW_SIGN_IN]


def test_a_place_is_forgotten_after_a_season(alice: User) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=91)):
        sign_in(alice)
    mail.outbox.clear()
    sign_in(alice)
    assert _subjects() == [NEW_SIGN_IN]


def test_the_first_sign_in_of_a_new_account_warns_nobody(db: None) -> None:
    dana = UserFactory.create(email="dana@example.com")
    EmailAddress.objects.create(
        user=dana, email=dana.email, verified=True, primary=True
    )
    sign_in(dana)
    assert not sent()
    sign_in(dana, CHROME)
    assert _subjects() == [NEW_SIGN_IN]


def test_the_place_of_another_person_is_no_place_of_ones_own(alice: User) -> None:
    bob = UserFactory.create(email="bob@example.com")
    sign_in(bob)
    mail.outbox.clear()
    sign_in(alice)
    assert _subjects() == [NEW_SIGN_IN]


def test_an_app_that_signs_in_is_told_too(alice: User) -> None:
    Client().post(
        "/api/auth/app/v1/auth/login",
        {"email": alice.email, "password": PASSWORD},
        content_type="application/json",
    )
    assert _subjects() == [NEW_SIGN_IN]


def test_a_changed_password_is_told(alice: User) -> None:
    client = sign_in(alice)
    sent()
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client.post("/accounts/password/change/", form)
    assert "choose a new password now" in str(mail.outbox[0].body)
    assert sent() == [("alice@example.com", "Your Switchboard password was changed")]


def test_a_reset_password_is_told(alice: User) -> None:
    Client().post("/accounts/password/reset/", {"email": alice.email})
    body = str(mail.outbox.pop().body)
    link = re.search(r"https://switchboard\.example(/accounts/password/\S+)", body)
    assert link is not None
    client = Client()
    page = client.get(link[1])["Location"]
    client.post(page, {"password1": NEW, "password2": NEW})
    assert sent() == [("alice@example.com", "Your Switchboard password was reset")]


def test_addresses_that_come_change_and_go_are_told(alice: User) -> None:
    client = sign_in(alice)
    sent()
    client.post("/accounts/email/", {"action_add": "", "email": "archer@example.com"})
    code = re.search(r"code is\s+(\S+)", str(mail.outbox.pop().body))
    assert code is not None
    client.post("/accounts/confirm-email/", {"code": code[1]})
    assert "archer@example.com was added" in str(mail.outbox[0].body)
    assert sent() == [
        ("alice@example.com", "An address was added to your Switchboard account")
    ]
    primary = {"action_primary": "", "email": "archer@example.com"}
    client.post("/accounts/email/", primary)
    changed = "The address of your Switchboard account was changed"
    assert sent() == [("alice@example.com", changed), ("archer@example.com", changed)]
    client.post("/accounts/email/", {"action_remove": "", "email": "alice@example.com"})
    assert sent() == [
        ("archer@example.com", "An address was removed from your Switchboard account")
    ]


def test_phones_that_come_change_and_go_are_told(alice: User) -> None:
    client = sign_in(alice)
    sent()
    words = linking.phrase_for(alice).words
    with transaction.atomic():
        linking.redeem(words=words, number="+12025550177")
    assert "from +1 202 555 0177 is done in your name" in str(mail.outbox[0].body)
    # By a text: nobody is signed in, and the network is the carrier's.
    assert "From:" not in str(mail.outbox[0].body)
    linked = "A phone was linked to your Switchboard account"
    assert sent() == [("alice@example.com", linked)]
    second = PhoneNumberFactory.create(
        user=alice, e164="+12025550188", is_primary=False
    )
    page = f"/app/phones/{second.public_id}"
    client.post(f"{page}/primary/")
    letter = str(mail.outbox[0].body)
    assert "goes to +1 202 555 0188" in letter and "From: 203.0.113.7" in letter
    assert _subjects() == ["The main number of your Switchboard account was changed"]
    client.post(f"{page}/primary/")
    assert not sent()
    client.post(f"{page}/remove/")
    assert "We text you at +1 202 555 0177 now" in str(mail.outbox[0].body)
    assert _subjects() == ["A phone was removed from your Switchboard account"]


def test_a_number_that_never_counted_comes_and_goes_untold(alice: User) -> None:
    client = sign_in(alice)
    sent()
    client.post("/app/phones/add/", {"number": "+12025550177"})
    noted = PhoneNumber.objects.get()
    client.post(f"/app/phones/{noted.public_id}/remove/")
    assert not sent()


def test_a_reused_token_is_told_with_the_app_it_was_copied_from(alice: User) -> None:
    sign_in(alice)
    row = LoginSession.objects.get()
    sessions.end([row], sessions.Ending.REUSED)
    mail.outbox.clear()
    letters.refresh_reused(row)
    assert "By: 203.0.113.7, Firefox on Linux" in str(mail.outbox[0].body)
    assert _subjects() == ["A sign-in to Switchboard was ended to be safe"]


def test_a_suspended_person_is_told_but_not_where_the_operator_sits(
    alice: User,
) -> None:
    ada = person("administrator", email="ada@example.com")
    suspension.suspend(by=ada, user=alice, reason="spam from this account")
    assert "spam" not in str(mail.outbox[0].body)
    suspension.restore(by=ada, user=alice, reason="a mistake")
    assert not [each for each in mail.outbox if "From:" in str(each.body)]
    assert _subjects() == [
        "Your Switchboard account was suspended",
        "Your Switchboard account was restored",
    ]


def test_what_is_rolled_back_is_not_told(alice: User) -> None:
    with transaction.atomic():
        letters.tell(alice, "password_changed")
        transaction.set_rollback(True)
    assert not mail.outbox


def test_nobody_is_written_to_at_an_address_that_was_not_proved(alice: User) -> None:
    EmailAddress.objects.update(verified=False)
    letters.tell(alice, "password_changed")
    assert not mail.outbox


# --- the sheet -------------------------------------------------------------------------

NAMES = sorted(
    path.stem
    for path in (django_settings.BASE_DIR / "templates/letters").glob("[!_]*.txt")
)
ABOUT = {
    "confirm_url": "https://switchboard.example/accounts/confirm-email/#ABCD-1234",
    "code": "ABCD-1234",
    "when": "today",
    "place": "203.0.113.7, Firefox",
    "password_reset_url": "https://switchboard.example/accounts/reset/x/",
    "revert_url": "https://switchboard.example/accounts/revert/x/",
    "address": "archer@example.com",
    "old": "alice@example.com",
    "new": "archer@example.com",
    "since": "yesterday",
    "app": "Firefox",
    "days": 7,
    "data_url": "https://switchboard.example/app/settings/data/",
    "factor": "Authenticator app",
    "left": 2,
    "role": "Premium",
    "browser": "Firefox on Windows",
    "until": "on Friday",
    "security_url": "https://switchboard.example/app/settings/security/factors/",
    "scopes": "notes:read, reminders:write",
    "tokens_url": "https://switchboard.example/app/settings/tokens/",
    "webhooks_url": "https://switchboard.example/app/settings/webhooks/",
    "is_gone": True,
    "number": "+1 202 555 0177",
    "heir": "+1 202 555 0101",
    "phones_url": "https://switchboard.example/app/phones/",
    "again_url": "https://switchboard.example/accounts/email/again/x/",
    "week_days": "16 November to 22 November",
    "texts_in": "12, 9 the week before",
    "texts_out": "14, 9 the week before",
    "cost": "$1.20, $0.90 the week before",
    "answer_time": "640 ms",
    "answer_time_most": "2.4 s",
    "not_arrived": "0",
    "wrong": "0",
    "signed_up": "3",
    "missed": "all kept",
    "figures_url": f"{django_settings.PUBLIC_URL}/admin/analytics/daysum/",
    "shares_url": "https://switchboard.example/app/shared/",
    "conversation_url": "https://switchboard.example/app/conversation/",
    "why": "the phone was off or out of reach",
    "next_step": "Switch the phone on and ask again.",
    "provider": "Notion",
    "account": "Alice’s workspace",
    "connection_url": "https://switchboard.example/app/connections/x/",
    "connections_url": "https://switchboard.example/app/connections/",
    "cancel_url": "https://switchboard.example/accounts/2fa/lost/x/y/",
}


class _Parts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"img", "script", "link", "iframe", "style", "object", "form"}
        named = dict(attrs)
        assert not {"src", "background", "srcset"} & set(named)
        assert "url(" not in (named.get("style") or "")
        if tag == "a":
            self.links.append(named["href"] or "")
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _html(letter: EmailMultiAlternatives) -> _Parts:
    (content, kind), *others = letter.alternatives
    assert kind == "text/html" and not others
    parts = _Parts()
    parts.feed(str(content))
    assert not parts.open
    return parts


@pytest.fixture
def _strict(settings: Settings) -> Iterator[None]:
    """A name that a letter does not know is an error, not a hole in a sentence."""
    options: dict[str, Any] = {
        **settings.TEMPLATES[0]["OPTIONS"],
        "string_if_invalid": "MISSING-%s",
    }
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "OPTIONS": options}]
    yield


@pytest.mark.parametrize("name", NAMES)
def test_every_letter_says_the_same_in_text_and_in_html(
    name: str, _strict: None
) -> None:
    letter = letters.written(name, to="alice@example.com", about=ABOUT)
    assert letter.subject and len(letter.subject) < 70
    text = str(letter.body)
    assert "MISSING" not in text + letter.subject
    assert "\n\n\n" not in text and "{" not in text
    parts = _html(letter)
    told = re.sub(r"\s+", "", "".join(parts.words))
    for line in text.replace("-- \nSwitchboard", "").splitlines():
        assert re.sub(r"\s+", "", line) in told


@pytest.mark.parametrize("name", NAMES)
def test_no_subject_says_what_a_letter_is_opened_for(name: str) -> None:
    """Subjects are read on locked screens and kept by every server on the way."""
    facts = {name: f"qq{name}qq" for name in ABOUT}
    assert (
        "qq" not in letters.written(name, to="alice@example.com", about=facts).subject
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_to_our_own_site(name: str, settings: Settings) -> None:
    letter = letters.written(name, to="alice@example.com", about=ABOUT)
    links = [*_html(letter).links, *re.findall(r"https?://\S+", str(letter.body))]
    assert links
    assert all(f"{link}/".startswith(f"{settings.PUBLIC_URL}/") for link in links)


def test_a_strange_browser_puts_no_words_into_a_letter() -> None:
    evil = "Call +1 202 555 0199 <b>now</b> http://evil.example Firefox/1 Windows"
    assert places.words("203.0.113.7", evil) == "203.0.113.7, Firefox on Windows"
    assert places.words("203.0.113.7", "curl/8") == "203.0.113.7"


def test_what_is_html_in_a_fact_is_shown_as_it_is() -> None:
    about = {**ABOUT, "address": "<b>x</b>@example.com"}
    letter = letters.written("email_added", to="alice@example.com", about=about)
    assert "<b>x</b>@example.com was" in str(letter.body)
    assert "&lt;b&gt;x&lt;/b&gt;" in str(letter.alternatives[0][0])
