"""What kind of line a number is: asked where operators want it, kept, and heeded."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import Conflict, Invalid
from apps.mfa import enrolment
from apps.sms import line_types, numbers, texted_codes
from apps.sms.models import Charge, OutboundText, PhoneNumber, Pot, RouterConfig
from apps.sms.money import budgets, counters
from tests.sms.conftest import ALICE, STRANGER
from tests.sms.money.conftest import assert_sound, cap
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(transactional_db: None) -> None:
    """Operators want it asked."""
    RouterConfig.objects.filter(config_key="numbers.line_type_kept").update(
        config_value=30
    )


@pytest.fixture
def noted(alice: User) -> PhoneNumber:
    return numbers.claim(user=alice, number=STRANGER)


def send(number: PhoneNumber) -> None:
    texted_codes.send(user=number.user, public_id=str(number.public_id))


def test_it_is_not_asked_unless_operators_want_it(
    noted: PhoneNumber, twilio: TwilioServer
) -> None:
    twilio.line_types[STRANGER] = "landline"
    send(noted)
    assert not twilio.posts and line_types.of(noted) == ""


def test_it_is_kept_for_thirty_days(
    noted: PhoneNumber, twilio: TwilioServer, asked: None
) -> None:
    twilio.line_types[STRANGER] = "mobile"
    assert [line_types.of(noted), line_types.of(noted)] == ["mobile"] * 2
    assert twilio.posts == 1
    twilio.line_types[STRANGER] = "nonFixedVoip"
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert line_types.of(noted) == "nonFixedVoip"


def test_a_line_without_texts_gets_no_code_and_the_look_counts(
    noted: PhoneNumber, twilio: TwilioServer, asked: None
) -> None:
    twilio.line_types[STRANGER] = "landline"
    for _ in range(5):
        with pytest.raises(Invalid, match="cannot get texts"):
            send(noted)
        noted.refresh_from_db()
    assert twilio.posts == 1 and not OutboundText.objects.exists()
    with pytest.raises(Exception, match="too often"):
        send(noted)


@pytest.mark.parametrize("kind", ["landline", "nonFixedVoip"])
def test_neither_a_landline_nor_an_internet_number_is_a_second_factor(
    alice: User, twilio: TwilioServer, asked: None, kind: str
) -> None:
    twilio.line_types[ALICE] = kind
    number = PhoneNumber.objects.get(user=alice)
    with pytest.raises(Conflict, match="need a mobile phone"):
        enrolment.begin_sms(user=alice, number=number.public_id, session="s")
    # For a chat it will do.
    assert number.is_verified
    twilio.line_types[ALICE] = "mobile"
    PhoneNumber.objects.update(line_type_at=None)
    enrolment.begin_sms(user=alice, number=number.public_id, session="s")


@pytest.mark.parametrize("trouble", [None, 500, 429, "drop", "garbage"])
def test_what_cannot_be_known_refuses_nobody(
    noted: PhoneNumber, twilio: TwilioServer, asked: None, trouble: int | str | None
) -> None:
    if trouble:
        twilio.behave(trouble)
    send(noted)
    assert OutboundText.objects.count() == 1


def looks() -> list[Charge]:
    return list(Charge.objects.filter(what="lookup").order_by("pk"))


def test_each_look_is_in_the_ledger_and_in_a_budget_of_its_own(
    noted: PhoneNumber, twilio: TwilioServer, asked: None
) -> None:
    twilio.line_types[STRANGER] = "mobile"
    line_types.of(noted)
    line_types.of(noted)
    [look] = looks()
    assert (look.state, look.micros, look.country) == ("settled", 10_000, "US")
    assert (look.user, look.look_at) == (noted.user, None)
    kinds = look.entries.order_by("pk").values_list("kind", "micros")
    assert [*kinds] == [("reserve", 10_000), ("settle", 0)]
    now = timezone.now()
    for _, budget in budgets.of(Pot.LOOKUPS, user=noted.user, area=look.area, at=now):
        assert counters.spent(budget).long == 10_000
    assert counters.spent(budgets.of_all(Pot.SECURITY, now)).long == 0
    assert_sound()


def test_over_budget_nobody_is_asked_and_nobody_is_refused(
    noted: PhoneNumber, twilio: TwilioServer, asked: None
) -> None:
    cap(Pot.LOOKUPS, 0)
    twilio.line_types[STRANGER] = "landline"
    send(noted)
    assert OutboundText.objects.count() == 1
    assert twilio.posts == 0 and not looks()
    # What was known once still counts.
    PhoneNumber.objects.filter(pk=noted.pk).update(line_type="landline")
    noted.refresh_from_db()
    with pytest.raises(Invalid, match="cannot get texts"):
        line_types.insist_texts(noted)


@pytest.mark.parametrize(
    ("trouble", "state"),
    [(429, "released"), ("60600", "released"), (500, "settled"), ("drop", "settled")],
)
def test_what_is_refused_costs_nothing_and_what_is_not_heard_may_have(
    noted: PhoneNumber,
    twilio: TwilioServer,
    asked: None,
    trouble: int | str,
    state: str,
) -> None:
    twilio.behave(trouble)
    line_types.of(noted)
    [look] = looks()
    assert look.state == state
    assert bool(look.note) == (state == "settled")
    assert_sound()
