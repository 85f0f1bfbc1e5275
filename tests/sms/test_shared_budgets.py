"""A budget that people share is used up: each of them learns of it, and so do operators."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.runner import drain
from apps.sms.models import Pot, RouterConfig, Turn
from apps.sms.money import DOLLAR, budgets, shortage
from tests.sign_in import signed_in
from tests.sms.conftest import ALICE, BOB, STRANGER, text, work
from tests.sms.test_alerts import firing
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
LETTER = "Your texts are not answered for now"
NOTE = "Not answered: the budget for texts was used up"


def use_up(*pots: Pot, area: str = "+1202") -> None:
    """What is left of the hour there costs less than a text."""
    for pot in pots:
        key = f"budgets.{pot}_area_hour"
        RouterConfig.objects.filter(config_key=key).update(config_value=1)
        budgets.book(
            pot, user=None, area=area, at=timezone.now(), micros=DOLLAR - 1_000
        )


@pytest.fixture
def address(alice: User) -> None:
    EmailAddress.objects.create(
        user=alice, email=alice.email, verified=True, primary=True
    )


def letters() -> list[str]:
    drain("mail")
    return [letter.subject for letter in mail.outbox if letter.subject == LETTER]


def test_who_can_be_texted_is_told_once_and_the_turns_say_so(
    alice: User, address: None, twilio: TwilioServer
) -> None:
    use_up(Pot.ANSWERS)
    for _ in range(2):
        text("hello")
        work()
    (told,) = twilio.bodies(ALICE)
    assert told.startswith("I have used up what I may spend on texts.")
    assert Turn.objects.latest("id").silence == Turn.Silence.OVER_BUDGET
    assert letters() == []


def test_who_cannot_be_texted_is_written_to_once_a_day(
    alice: User, address: None, twilio: TwilioServer
) -> None:
    use_up(Pot.ANSWERS, Pot.SECURITY)
    for _ in range(3):
        text("what I keep to myself")
        work()
    assert twilio.sent == []
    assert {turn.silence for turn in Turn.objects.all()} == {Turn.Silence.UNTOLD}
    assert letters() == [LETTER]
    letter = next(each for each in mail.outbox if each.subject == LETTER)
    assert "/app/conversation/" in letter.body and "keep to" not in letter.body
    assert "List-Unsubscribe" in letter.extra_headers


def test_the_pages_of_a_person_say_it(alice: User, twilio: TwilioServer) -> None:
    client = signed_in(alice)
    assert "used up" not in client.get("/app/").content.decode()
    use_up(Pot.ANSWERS, Pot.SECURITY)
    text("hello")
    work()
    thread = client.get("/app/conversation/").content.decode()
    assert NOTE in thread and "Written here it costs nothing" in thread
    for path in ("/app/", "/app/usage/"):
        page = client.get(path).content.decode()
        assert "Texts are not answered until" in page, path
    RouterConfig.objects.filter(config_key__endswith="_area_hour").update(
        config_value=50
    )
    assert "was not answered" in client.get("/app/").content.decode()
    assert "not answered" not in client.get("/app/usage/").content.decode()
    text("hello")
    work()
    assert "was not answered" not in client.get("/app/").content.decode()
    assert NOTE in client.get("/app/conversation/").content.decode()


def test_a_notice_that_did_not_leave_told_nobody(
    alice: User, twilio: TwilioServer
) -> None:
    use_up(Pot.ANSWERS)
    twilio.behave("21614", "21614", "21614")
    for _ in range(4):
        text("hello")
        work()
    assert Turn.objects.latest("id").silence == Turn.Silence.UNTOLD


def test_a_stranger_is_told_nothing_and_nothing_says_that_they_were(
    db: None, twilio: TwilioServer
) -> None:
    use_up(Pot.STRANGERS)
    text("hello", number=STRANGER)
    work()
    assert Turn.objects.get().silence == Turn.Silence.UNTOLD
    assert letters() == []


def test_operators_are_paged_and_read_which_one_it_is(
    ada: User, bob: User, twilio: TwilioServer
) -> None:
    text("hello", number=BOB)
    work()
    assert "sms.budgets" not in firing() and shortage.used_up() == []
    use_up(Pot.ANSWERS, Pot.SECURITY, area="+1604")
    assert "sms.budgets" in firing()
    one, other = shortage.used_up()
    assert {one.pot, other.pot} == {Pot.ANSWERS, Pot.SECURITY}
    assert one.area == other.area == "+1604"
    page = console(ada)
    assert "Answers to people, and their texts: the budget of area +1604" in page


def test_a_budget_of_everybody_counts_and_one_that_is_switched_off_does_not(
    ada: User,
) -> None:
    now = timezone.now()
    budgets.book("tokens", user=None, area="", at=now, micros=100 * DOLLAR)
    assert [(one.pot, one.area) for one in shortage.used_up()] == [("tokens", "")]
    assert "Language model: the budget of everybody" in console(ada)
    RouterConfig.objects.filter(config_key="budgets.tokens_day").update(config_value=0)
    assert shortage.used_up() == []


def console(operator: User) -> str:
    client: Client = signed_in(operator)
    return client.get("/admin/").content.decode()
