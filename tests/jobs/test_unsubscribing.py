"""Letters that one can do without are easy to be rid of; the others cannot be."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail as sent
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from apps.accounts import letters, operators
from apps.accounts.models import User
from apps.jobs import categories, mail, unsubscribing
from apps.jobs.models import Letter, UnwantedLetters
from apps.rbac.models import AuditEvent
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"
NOTIFICATIONS = "/app/settings/notifications/"


@pytest.fixture
def ada(ada: User) -> User:
    EmailAddress.objects.create(user=ada, email=ada.email, verified=True, primary=True)
    return ada


def alert(user: User) -> None:
    letters.tell(user, "password_changed", category="alerts")


def newest() -> EmailMultiAlternatives:
    letter = sent.outbox[-1]
    assert isinstance(letter, EmailMultiAlternatives)
    return letter


def link() -> str:
    """As a mail program reads it, without the site."""
    found = newest().extra_headers["List-Unsubscribe"]
    assert found.startswith(f"<{settings.PUBLIC_URL}/") and found.endswith("/>")
    return str(found[1 + len(settings.PUBLIC_URL) : -1])


def test_the_letter_says_how_and_its_mail_program_is_told(ada: User) -> None:
    alert(ada)
    letter = newest()
    assert letter.extra_headers["List-Unsubscribe-Post"] == ONE_CLICK
    assert link() in str(letter.body) and link() in str(letter.alternatives[0][0])
    assert Letter.objects.get().category == "alerts"


def test_so_do_the_letters_about_alerts(ada: User) -> None:
    operators.tell(subject="Firing: X", words="X: 3", is_urgent=True, mark="1")
    letter = newest()
    assert link() in str(letter.body) and link() in str(letter.alternatives[0][0])
    Client().post(link(), ONE_CLICK, content_type=FORM)
    operators.tell(subject="Resolved: X", words="X", is_urgent=True, mark="2")
    assert newest().subject == "Firing: X"


def test_a_letter_about_security_has_no_such_thing(ada: User) -> None:
    letters.tell(ada, "password_changed")
    letter = newest()
    assert not any("Unsubscribe" in name for name in letter.extra_headers)
    assert "unsubscribe" not in str(letter.message()).lower()
    UnwantedLetters.objects.create(person=ada, category="")
    letters.tell(ada, "password_changed")
    assert len(sent.outbox) == 2


def test_one_click_without_session_or_token_is_enough(ada: User) -> None:
    alert(ada)
    program = Client(enforce_csrf_checks=True)
    for _ in range(2):
        answer = program.post(link(), ONE_CLICK, content_type=FORM)
        assert answer.status_code == 200 and b"Alerts" in answer.content
    assert not answer.cookies
    alert(ada)
    assert len(sent.outbox) == 1
    refused = Letter.objects.latest("pk")
    assert (refused.state, refused.sealed) == ("refused", "")
    assert refused.reason == "They do not want these letters."
    assert AuditEvent.objects.filter(
        action="jobs.unwantedletters.add", subject_id=ada.pk
    ).exists()


def test_the_link_is_the_same_in_every_letter(ada: User) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=500)):
        before = unsubscribing.link(ada, "alerts")
    assert unsubscribing.link(ada, "alerts") == before
    assert Client().post(before.removeprefix(settings.PUBLIC_URL)).status_code == 200


def test_opening_the_link_changes_nothing(ada: User) -> None:
    alert(ada)
    for _ in range(2):
        page = Client().get(link()).content.decode()
    assert 'method="post"' in page and "Alerts" in page
    assert Client().head(link()).status_code == 200
    assert not UnwantedLetters.objects.exists()


def test_a_link_is_for_one_person_and_cannot_be_made_up(ada: User, alice: User) -> None:
    path = unsubscribing.link(ada, "alerts").removeprefix(settings.PUBLIC_URL)
    token = re.split("/", path)[-2]
    for wrong in (token[:-2] + "xx", "x", f"{alice.public_id}:{token}"):
        assert Client().post(f"/mail/unsubscribe/{wrong}/").status_code == 404
    assert not UnwantedLetters.objects.exists()
    Client().post(path)
    assert [each.person_id for each in UnwantedLetters.objects.all()] == [ada.pk]
    unknown = unsubscribing.link(ada, "gone").removeprefix(settings.PUBLIC_URL)
    assert Client().post(unknown).status_code == 404


def test_there_is_a_switch_for_each_that_concerns_them(ada: User, alice: User) -> None:
    as_ada = signed_in(ada)
    assert 'value="alerts" checked' in as_ada.get(NOTIFICATIONS).content.decode()
    as_ada.post(NOTIFICATIONS, {})
    page = as_ada.get(NOTIFICATIONS).content.decode()
    assert 'value="alerts"' in page and 'value="alerts" checked' not in page
    as_ada.post(
        NOTIFICATIONS,
        {"wanted": ["alerts", "offers", "texts", "weekly", "security"]},
    )
    assert not UnwantedLetters.objects.exists()
    hers = signed_in(alice).get(NOTIFICATIONS).content.decode()
    assert 'value="texts" checked' in hers and 'value="alerts"' not in hers
    signed_in(alice).post(NOTIFICATIONS, {})
    assert unsubscribing.wants(alice.pk, "alerts")
    assert not unsubscribing.wants(alice.pk, "texts")


def test_every_category_can_be_read_and_belongs_to_a_person(ada: User) -> None:
    slugs = [each.slug for each in categories.every()]
    assert len(set(slugs)) == len(slugs) and "alerts" in slugs
    assert all(each.label and each.about.endswith(".") for each in categories.every())
    letter = EmailMultiAlternatives("Hello", "Words", to=["dora@example.com"])
    with pytest.raises(ValueError, match="nobody can choose"):
        mail.post(letter, category="alerts")
    with pytest.raises(ValueError, match="nobody can choose"):
        mail.post(letter, category="weather", person=ada)


def test_the_api_shows_and_takes_the_same(ada: User) -> None:
    client = signed_in(ada)
    shown = client.get("/api/v1/me/letters").json()["results"]
    assert {each["id"]: each["is_wanted"] for each in shown} == {
        "alerts": True,
        "offers": True,
        "texts": True,
        "weekly": True,
    }

    def want(*wanted: str) -> object:
        given = {"wanted": wanted}
        answer = client.put("/api/v1/me/letters", given, "application/json")
        return {each["id"] for each in answer.json()["results"] if each["is_wanted"]}

    assert want() == set()
    assert not unsubscribing.wants(ada.pk, "alerts")
    assert want("alerts") == {"alerts"}
    given = {"wanted": ["alerts", "nonsense"]}
    refused = client.put("/api/v1/me/letters", given, "application/json").json()
    assert refused["code"] == "unknown_choice" and "weekly" in refused["choices"]
    assert unsubscribing.wants(ada.pk, "alerts")
