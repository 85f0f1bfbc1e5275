"""*Find* on the front page: words at hand lead to the row they are of."""

import re
import threading

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.core import opaque
from apps.jobs.models import Letter
from apps.rbac import ledger
from apps.rbac.catalog import Permission
from apps.rbac.console import everywhere, finding
from apps.sms.models import InboundText, OutboundText
from tests.assistant.factories import InboundTextFactory, ReminderFactory, TurnFactory
from tests.conftest import Recorded
from tests.factories import PhoneNumberFactory, UserFactory
from tests.rbac.factories import helper, person
from tests.sign_in import signed_in

FIND = "/admin/find/"
MOST_QUERIES = 9
REQUEST = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def ada(transactional_db: None) -> User:
    return person("administrator", email="ada@example.com")


@pytest.fixture
def alice(ada: User) -> User:
    return UserFactory.create(email="alice@example.com", name="Alina Ember")


def leads(client: Client, words: str) -> str:
    """Where it leads to; empty where it stays and lists."""
    return str(client.get(FIND, {"q": words}).headers.get("Location", ""))


def listed(client: Client, words: str) -> str:
    answer = client.get(FIND, {"q": words})
    assert answer.status_code == 200
    return answer.content.decode()


def test_whatever_names_a_row_leads_there(as_ada: Client, alice: User) -> None:
    number = PhoneNumberFactory.create(user=alice, e164="+12025550101")
    text = InboundTextFactory.create(turn=TurnFactory.create(user=alice))
    reminder = ReminderFactory.create(user=alice)
    page = f"/admin/accounts/user/{alice.pk}/change/"
    for words in (
        "alice@example.com",
        " Alice@Example.com ",
        "alice@exam",
        "Alina Ember",
        "Alina",
        str(alice.public_id),
        opaque.name(User, alice.pk),
    ):
        assert leads(as_ada, words) == page, words
    phone = f"/admin/sms/phonenumber/{number.pk}/change/"
    for words in ("+12025550101", "(202) 555-0101", "1 202 555 0101"):
        assert leads(as_ada, words) == phone, words
    assert leads(as_ada, text.sid) == f"/admin/sms/inboundtext/{text.pk}/change/"
    came = opaque.name(InboundText, text.pk)
    assert leads(as_ada, came) == f"/admin/sms/inboundtext/{text.pk}/change/"
    reminded = f"/admin/assistant/reminder/{reminder.pk}/change/"
    assert leads(as_ada, str(reminder.public_id)) == reminded
    assert as_ada.get(reminded).status_code == 200


def test_what_is_of_several_is_listed_by_kind(as_ada: Client, alice: User) -> None:
    turn = TurnFactory.create(user=alice, request_id=REQUEST)
    for _ in range(everywhere.MOST + 2):
        InboundTextFactory.create(turn=turn, request_id=REQUEST)
    page = listed(as_ada, REQUEST)
    assert "Turns" in page and "Inbound texts" in page
    assert len(re.findall(r"/inboundtext/\d+/change/", page)) == everywhere.MOST
    assert f'href="/admin/sms/inboundtext/?q={REQUEST}">More inbound texts' in page
    assert f'href="/admin/rbac/auditevent/?q={REQUEST}"' in page
    assert "alice@example.com" not in page and "+12025550101" not in page
    bob = UserFactory.create(email="alina@example.com", name="Alina Fox")
    page = listed(as_ada, "Alina")
    assert f"a•••@example.com, {bob.pk}" in page and alice.email not in page


def test_an_address_without_a_person_leads_to_what_was_sent_there(
    as_ada: Client,
) -> None:
    letter = Letter.objects.create(
        to="gone@example.com", name="hello", category="account", subject="Hello"
    )
    page = f"/admin/jobs/letter/{letter.pk}/change/"
    assert leads(as_ada, "gone@example.com") == page


def test_nothing_says_where_was_looked(as_ada: Client, ada: User) -> None:
    page = listed(as_ada, "+12025550199")
    assert "Nothing was found for these words." in page
    assert "phone numbers by number" in page and "inbound texts by number" in page
    assert "users by" not in page
    client = helper(ada, Permission.PERSON_VIEW)
    page = listed(client, "+12025550199")
    assert "Nothing that you may look at has such words." in page
    assert "as your roles do not open it: phone numbers by number" in page


def test_only_what_the_operator_may_open_is_found(ada: User, alice: User) -> None:
    PhoneNumberFactory.create(user=alice, e164="+12025550101")
    client = helper(ada, Permission.NUMBER_VIEW)
    assert "Nothing that" in listed(client, "alice@example.com")
    assert "/admin/sms/phonenumber/" in leads(client, "+12025550101")
    assert signed_in(alice).get(FIND, {"q": "x"}).status_code == 403


def test_who_sees_masks_finds_wholes_on_record_and_a_few_times(
    ada: User, alice: User, recorded: Recorded
) -> None:
    client = helper(ada, Permission.PERSON_VIEW)
    assert "Nothing was found" in listed(client, "alice@exam")
    assert "/admin/accounts/user/" in leads(client, alice.email)
    events = recorded("accounts.user.search")
    asked = [opened.details["private"] for _, opened in ledger.opened(events)]
    assert asked == [{"asked": "alice@exam"}, {"asked": alice.email}]
    signed_in(ada).get(FIND, {"q": alice.email})
    assert len(recorded("accounts.user.search")) == 2
    for _ in range(finding.SEARCHES.times - 2):
        client.get(FIND, {"q": "nobody@example.com"})
    assert client.get(FIND, {"q": alice.email}).status_code == 429


def test_side_by_side_none_slips_through(ada: User) -> None:
    cookies = helper(ada, Permission.PERSON_VIEW).cookies.output(header="", sep=";")
    found: list[int] = []

    def run(part: int) -> None:
        client = Client(headers={"cookie": cookies})
        for number in range(10):
            words = f"somebody{part}{number}@example.com"
            found.append(client.get(FIND, {"q": words}).status_code)
        connections.close_all()

    threads = [threading.Thread(target=run, args=[part]) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200] * 30 + [429] * 10


@pytest.mark.parametrize(
    "words", ["", "  ", "a\0b", "x" * 201, "%", "@", "🙂", "' OR 1=1", "9" * 40]
)
def test_words_of_nothing_are_answered(as_ada: Client, words: str) -> None:
    page = listed(as_ada, words)
    assert "Find" in page and "/change/" not in page


def test_it_asks_nine_questions_at_most(as_ada: Client, alice: User) -> None:
    as_ada.get("/admin/")
    turn = TurnFactory.create(user=alice, request_id=REQUEST)
    for _ in range(3):
        InboundTextFactory.create(turn=turn, request_id=REQUEST)
        OutboundText.objects.create(
            lane=turn.lane,
            user=alice,
            number="+12025550101",
            request_id=REQUEST,
            segments=1,
        )
    for words in (REQUEST, "alice@example.com", str(alice.public_id), "+12025550101"):
        with CaptureQueriesContext(connection) as asked:
            as_ada.get(FIND, {"q": words})
        said = [each["sql"] for each in asked]
        assert len(said) <= MOST_QUERIES, (words, len(said), said)
