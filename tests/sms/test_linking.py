"""A phone is linked by texting words from it: once, in time, by its holder only."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from apps.accounts import guessing, panic
from apps.accounts.models import User
from apps.core import vault
from apps.core.errors import Conflict, Invalid, NotFound, TooMany
from apps.sms import cooling, lanes, linking, numbers, turns
from apps.sms.knobs import countries
from apps.sms.models import (
    InboundText,
    Lane,
    LinkPhrase,
    OutboundText,
    PhoneNumber,
    RouterConfig,
    Turn,
)
from apps.sms.worker import drain
from tests.factories import UserFactory
from tests.races import somebody_waits, together
from tests.sms.conftest import ALICE, BOB, STRANGER, text, work
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dora(transactional_db: None) -> User:
    """Signed up, no phone yet."""
    user: User = UserFactory.create(email="dora@example.com", name="Dora Dean")
    return user


def test_texting_the_words_links_the_phone(dora: User, twilio: TwilioServer) -> None:
    text(linking.phrase_for(dora).text, number=STRANGER)
    work()
    number = PhoneNumber.objects.get()
    assert (number.user, number.e164) == (dora, STRANGER)
    assert number.is_verified and number.is_primary
    assert twilio.bodies(STRANGER) == [
        "This phone is linked, Dora. Text ? to see what I can do."
    ]
    text("remind me to call Ana tomorrow at 9", number=STRANGER)
    work()
    assert "call Ana" in twilio.bodies(STRANGER)[1]


@pytest.mark.parametrize("act", ["panic", "another password"])
def test_words_die_with_the_password_that_they_were_shown_for(
    dora: User, twilio: TwilioServer, act: str
) -> None:
    """Whoever saw them may be who everything was ended for."""
    seen = linking.phrase_for(dora)
    if act == "panic":
        panic.begin(dora)
        panic.end(User.objects.get(pk=dora.pk))
    else:
        dora.set_password("seven-quiet-owls-at-noon")
        dora.save()
    text(seen.text, number=STRANGER)
    work()
    assert twilio.bodies(STRANGER) == [linking.WRONG]
    own = linking.phrase_for(User.objects.get(pk=dora.pk))
    assert own.words != seen.words
    text(own.text, number=STRANGER)
    work()
    assert PhoneNumber.objects.get().user == dora


@pytest.mark.parametrize(
    "spelling",
    [
        "link {}",
        "LINK: {}",
        "  Link {} ",
        "Link {}.",
        "{spaced}",
        "“LINK {}”",
        "Link: LINK {}",
        "Please link {}, thanks!",
        "- link {} -",
    ],
)
def test_the_words_may_be_typed_as_people_type(
    dora: User, twilio: TwilioServer, spelling: str
) -> None:
    words = linking.phrase_for(dora).words
    spaced = "link " + words.replace("-", " ").lower()
    text(spelling.format(words, spaced=spaced), number=STRANGER)
    work()
    assert PhoneNumber.objects.verified().count() == 1


@pytest.mark.parametrize(
    "said", ["LINK WRONG-WORDS-HERE-NOW", "link loyal penguin", "Link please"]
)
def test_words_that_are_none_of_ours_are_said_to_be_wrong(
    dora: User, twilio: TwilioServer, said: str
) -> None:
    text("hello", number=STRANGER)
    work()
    text(said, number=STRANGER)
    work()
    assert twilio.bodies(STRANGER)[1:] == [linking.WRONG]
    assert not PhoneNumber.objects.exists()


def test_texts_behind_the_words_are_answered_as_the_persons(
    dora: User, twilio: TwilioServer
) -> None:
    text("hello", number=STRANGER)
    text(linking.phrase_for(dora).text, number=STRANGER)
    text("remind me to call Ana tomorrow at 9", number=STRANGER)
    work()
    linked, reminded = twilio.bodies(STRANGER)
    assert "linked" in linked and "call Ana" in reminded
    assert InboundText.objects.filter(user=dora).count() == 3
    assert not InboundText.objects.filter(turn=None).exists()


def test_the_words_work_once(dora: User, bob: User, twilio: TwilioServer) -> None:
    phrase = linking.phrase_for(dora)
    text(phrase.text, number=STRANGER)
    work()
    text(phrase.text, number="+12025550177")
    work()
    assert twilio.bodies("+12025550177") == [linking.WRONG]
    assert PhoneNumber.objects.filter(e164="+12025550177").count() == 0


def test_old_words_and_renewed_words_do_not_work(
    dora: User, twilio: TwilioServer
) -> None:
    first = linking.phrase_for(dora)
    assert linking.phrase_for(dora) == first
    second = linking.renew(dora)
    text(first.text, number=STRANGER)
    work()
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        text(second.text, number=STRANGER)
        work()
    assert twilio.bodies(STRANGER) == [linking.WRONG] * 2
    assert not PhoneNumber.objects.exists()


def test_guessing_is_stopped_after_five_tries(dora: User, twilio: TwilioServer) -> None:
    for _ in range(5):
        text("LINK RED-FOX-BLUE-LAMP", number=STRANGER)
        work()
    text(linking.phrase_for(dora).text, number=STRANGER)
    work()
    assert twilio.bodies(STRANGER)[-1] == linking.SLOW_DOWN
    assert not PhoneNumber.objects.verified().exists()


def test_parallel_guesses_are_counted_before_they_are_compared(db: None) -> None:
    came = together(40, lambda: guess_from(STRANGER))
    assert sum(isinstance(each, TooMany) for each in came) == 35


def test_tries_refused_because_of_others_do_not_count(db: None) -> None:
    use_up_everybodys_tries()
    for _ in range(20):
        with pytest.raises(TooMany):
            guess_from(STRANGER)
    for _ in range(guessing.LINK.times):
        guessing.LINK.charge(STRANGER)


def test_one_area_cannot_use_up_the_tries_of_all(
    dora: User, twilio: TwilioServer
) -> None:
    refused = 0
    for n in range(guessing.LINK_EVERYBODY.times):
        try:
            guess_from(f"+1404555{n:04}")
        except TooMany:
            refused += 1
    assert refused == guessing.LINK_EVERYBODY.times - guessing.LINK_AREA.times
    text(linking.phrase_for(dora).text, number=STRANGER)
    work()
    assert PhoneNumber.objects.verified().get().user == dora


def test_whoever_noted_the_number_needs_none_of_everybodys_tries(
    dora: User, twilio: TwilioServer
) -> None:
    use_up_everybodys_tries()
    words = linking.phrase_for(dora).text
    text(words, number=STRANGER)
    work()
    assert twilio.bodies(STRANGER) == [linking.CROWDED]
    numbers.claim(user=dora, number=STRANGER)
    text(words, number=STRANGER)
    work()
    assert PhoneNumber.objects.verified().get().user == dora


def test_to_note_a_number_lets_nobody_guess_the_words_of_others(
    dora: User, bob: User, twilio: TwilioServer
) -> None:
    use_up_everybodys_tries()
    numbers.claim(user=bob, number=STRANGER)
    for _ in range(2):
        text(linking.phrase_for(dora).text, number=STRANGER)
        work()
    assert twilio.bodies(STRANGER) == [linking.CROWDED]
    assert not PhoneNumber.objects.filter(user=dora).exists()


def test_a_number_that_was_noted_has_its_own_five_tries(
    dora: User, twilio: TwilioServer
) -> None:
    numbers.claim(user=dora, number=STRANGER)
    for _ in range(guessing.LINK.times):
        guessing.LINK.charge(STRANGER)
    text(linking.phrase_for(dora).text, number=STRANGER)
    work()
    assert twilio.bodies(STRANGER) == [linking.SLOW_DOWN]


def test_what_can_hit_nobodys_words_is_no_guess_at_them(
    db: None, twilio: TwilioServer
) -> None:
    use_up_everybodys_tries()
    for said in ("LINK me please", "KEEP GREEN-TIGER-LAMP"):
        text(said, number=STRANGER)
        work()
    assert twilio.bodies(STRANGER) == [linking.WRONG, cooling.WRONG]


def guess_from(number: str) -> object:
    return linking.charge(words="GREEN-TIGER-RED-LAMP", number=number)


def use_up_everybodys_tries() -> None:
    for _ in range(guessing.LINK_EVERYBODY.times):
        guessing.LINK_EVERYBODY.charge("")


def test_wrong_words_are_answered_a_few_times_and_then_not_at_all(
    dora: User, twilio: TwilioServer
) -> None:
    for _ in range(9):
        text("LINK RED-FOX-BLUE-LAMP", number=STRANGER)
        work()
    expected = [linking.WRONG] * 5 + [linking.SLOW_DOWN]
    assert twilio.bodies(STRANGER) == expected


def test_good_tries_do_not_count(dora: User, bob: User, twilio: TwilioServer) -> None:
    for n in range(7):
        number = f"+120255504{n:02}"
        text(linking.phrase_for(dora).text, number=number)
        work()
    assert PhoneNumber.objects.verified().filter(user=dora).count() == 7


def test_a_sentence_that_begins_with_link_is_for_the_assistant(
    alice: User, twilio: TwilioServer
) -> None:
    text("link my google account please")
    work()
    assert "linked" not in twilio.bodies(ALICE)[0]


def test_redis_away_delays_linking_and_does_not_lose_it(
    dora: User, twilio: TwilioServer, settings: Settings
) -> None:
    alive, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:9/0"
    text(linking.phrase_for(dora).text, number=STRANGER)
    for _ in range(turns.GIVE_UP_AFTER + 2):
        Lane.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        drain()
    assert not PhoneNumber.objects.verified().exists()
    settings.REDIS_URL = alive
    Lane.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    work()
    assert PhoneNumber.objects.verified().get().user == dora
    assert len(twilio.bodies(STRANGER)) == 1


def test_texts_behind_the_words_keep_their_order_while_the_gateway_is_busy(
    dora: User, twilio: TwilioServer
) -> None:
    twilio.busy_for.add(STRANGER)
    text(linking.phrase_for(dora).text, number=STRANGER)
    text("remind me to one tomorrow at 9", number=STRANGER)
    drain()
    text("remind me to two tomorrow at 9", number=STRANGER)
    twilio.busy_for.clear()
    OutboundText.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    Lane.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    work()
    said = " ".join(twilio.bodies(STRANGER))
    assert said.index("linked") < said.index("set: one") < said.index("set: two")


def test_a_number_of_somebody_else_stays_theirs(
    alice: User, dora: User, twilio: TwilioServer
) -> None:
    text(linking.phrase_for(dora).text, number=ALICE)
    work()
    assert "linked to" in twilio.bodies(ALICE)[0]
    assert PhoneNumber.objects.verified().get().user == alice


def test_fifty_verifications_at_once_have_one_winner(transactional_db: None) -> None:
    people = [UserFactory.create() for _ in range(50)]
    won: list[User] = []
    barrier = threading.Barrier(50)

    def verify(user: User) -> None:
        barrier.wait()
        try:
            numbers.verify(user=user, e164=STRANGER)
            won.append(user)
        except (IntegrityError, Conflict):
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=verify, args=[user]) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == PhoneNumber.objects.verified().filter(e164=STRANGER).count() == 1


def test_the_database_itself_refuses_a_second_owner(alice: User, dora: User) -> None:
    with pytest.raises(IntegrityError):
        PhoneNumber.objects.create(user=dora, e164=ALICE, status="verified")


def test_words_are_not_readable_in_the_database(dora: User) -> None:
    words = linking.phrase_for(dora).words
    row = LinkPhrase.objects.get()
    assert words not in row.sealed and words not in row.digest
    with pytest.raises(vault.Unreadable):
        vault.unseal(row.sealed, place="sms.link_phrase:0")


def test_a_text_in_flight_while_the_number_is_released_is_a_strangers(
    alice: User, twilio: TwilioServer
) -> None:
    number = numbers.primary(alice)
    assert number
    numbers.release(user=alice, public_id=str(number.public_id))
    text("reminders")
    work()
    assert Turn.objects.get().user is None
    assert "not linked" in twilio.bodies(ALICE)[0]


def test_a_text_that_waits_while_its_phone_is_given_up_is_not_answered_as_theirs(
    alice: User, twilio: TwilioServer
) -> None:
    number = numbers.primary(alice)
    assert number
    text("remind me to call Ana tomorrow at 9")
    numbers.release(user=alice, public_id=str(number.public_id))
    work()
    turn = Turn.objects.get()
    assert turn.user is None and turn.finished_at is not None
    assert "not linked" in twilio.bodies(ALICE)[0]


def test_a_phone_given_up_at_the_moment_its_text_is_taken_is_a_strangers(
    alice: User, twilio: TwilioServer
) -> None:
    text("remind me to call Ana tomorrow at 9")
    lease, number = lanes.claim(), numbers.primary(alice)
    assert lease and number

    def take() -> turns.Begun | None:
        try:
            return turns.begin(lease)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            numbers.release(user=alice, public_id=str(number.public_id))
            taken = pool.submit(take)
            while not (taken.done() or somebody_waits()):
                pass
        begun = taken.result()
    assert begun is not None and begun.turn.user is None


def test_an_answer_that_waits_while_its_phone_is_given_up_does_not_go_there(
    alice: User, twilio: TwilioServer
) -> None:
    twilio.busy_for.add(ALICE)
    text("reminders")
    drain()
    number = numbers.primary(alice)
    assert number
    numbers.release(user=alice, public_id=str(number.public_id))
    twilio.busy_for.clear()
    OutboundText.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    Lane.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    work()
    assert not twilio.bodies(ALICE)
    assert OutboundText.objects.get().error_code == "released"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("(202) 555-0155", "+12025550155"),
        ("+1 202 555 0155", "+12025550155"),
        ("+44 7400 123456", "+447400123456"),
        ("+45 20 12 34 56", "+4520123456"),
        ("+65 9123 4567", "+6591234567"),
        ("+47 412 34 567", "+4741234567"),
    ],
)
def test_a_claimed_number_is_stored_as_e164(
    dora: User, typed: str, stored: str
) -> None:
    allowed = RouterConfig.objects.filter(config_key=countries.ALLOWED.key)
    allowed.update(config_value=["US", "GB", "DK", "SG", "NO"])
    assert numbers.claim(user=dora, number=typed).e164 == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "hello",
        "123",
        "+1 900 555 0101",
        "+1 800 555 0101",
        "72345",
        "+1202555015512",
    ],
)
def test_what_cannot_text_cannot_be_claimed(dora: User, typed: str) -> None:
    with pytest.raises(Invalid):
        numbers.claim(user=dora, number=typed)


def test_our_own_number_cannot_be_claimed(dora: User, settings: Settings) -> None:
    with pytest.raises(Invalid, match="the number you text to"):
        numbers.claim(user=dora, number=settings.TWILIO_NUMBER)
    assert not PhoneNumber.objects.exists()


def test_many_may_claim_and_one_can_prove(
    dora: User, bob: User, twilio: TwilioServer
) -> None:
    numbers.claim(user=dora, number=STRANGER)
    numbers.claim(user=bob, number=STRANGER)
    text(linking.phrase_for(bob).text, number=STRANGER)
    work()
    assert PhoneNumber.objects.verified().get(e164=STRANGER).user == bob
    assert PhoneNumber.objects.get(user=dora).status == "pending"


def test_the_primary_number_moves_and_is_inherited(alice: User) -> None:
    first = numbers.primary(alice)
    second = numbers.verify(user=alice, e164=STRANGER)
    assert first and not second.is_primary
    numbers.make_primary(user=alice, public_id=str(second.public_id))
    assert numbers.primary(alice) == second
    numbers.release(user=alice, public_id=str(second.public_id))
    assert numbers.primary(alice) == first


def test_another_persons_number_is_not_there(alice: User, bob: User) -> None:
    theirs = numbers.primary(alice)
    assert theirs
    for verb in (numbers.release, numbers.make_primary):
        with pytest.raises(NotFound):
            verb(user=bob, public_id=str(theirs.public_id))


def test_display_is_for_people() -> None:
    assert numbers.display(BOB) == "+1 202 555 0102"
    assert numbers.display("72345") == "72345"
