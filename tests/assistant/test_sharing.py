"""Alice shares some things with Bob; nothing else of hers becomes visible to him."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import events, lists, notes, offers, shared
from apps.assistant.events import Times
from apps.assistant.models import Block, Event, List, ListItem, Offer
from apps.core import dossier
from apps.core.errors import (
    AppError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
)
from apps.rbac import shares
from apps.rbac.models import AuditEvent
from apps.sms.models import OutboundText
from tests.assistant.conftest import Phone
from tests.assistant.sharing import given, offered, proven
from tests.factories import PhoneNumberFactory, UserFactory
from tests.races import overtaken
from tests.rbac.factories import person
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def shopping(alice: Phone) -> List:
    row = lists.make(user=alice.user, name="Shopping")
    lists.add(by=alice.user, row=row, texts=["milk", "eggs"])
    lists.make(user=alice.user, name="Presents")
    return row


def names(user: User) -> list[str]:
    return [row.name for row, _ in lists.every(user)]


def event(user: User, title: str = "dentist", notes: str = "tooth 7") -> Event:
    at = timezone.now() + HOUR
    return events.create(
        user=user, title=title, notes=notes, times=Times(at, at + HOUR, "UTC")
    )


def test_an_offer_is_nothing_until_it_is_accepted(shopping: List, bob: Phone) -> None:
    row = offered(shopping, bob.user)
    assert names(bob.user) == []
    with pytest.raises(NotFound):
        lists.get(user=bob.user, public_id=str(shopping.public_id))
    offers.accept(user=bob.user, row=row)
    assert names(bob.user) == ["Shopping"]
    with pytest.raises(NotFound):
        offers.accept(user=bob.user, row=row)


def test_to_look_at_is_not_to_change(shopping: List, bob: Phone) -> None:
    given(shopping, bob.user, "view")
    row = lists.get(user=bob.user, public_id=str(shopping.public_id))
    with pytest.raises(Forbidden) as refused:
        lists.add(by=bob.user, row=row, texts=["bread"])
    assert refused.value.sentence == "Alice lets you look at that, not change it."
    with pytest.raises(Forbidden):
        lists.mark(by=bob.user, rows=row.items.all(), state="done")
    with pytest.raises(Forbidden):
        lists.empty(by=bob.user, row=row)


def test_who_may_change_it_neither_renames_nor_deletes_it(
    shopping: List, bob: Phone
) -> None:
    given(shopping, bob.user, "edit")
    (item,) = lists.add(by=bob.user, row=shopping, texts=["bread"])
    assert (item.user, item.added_by) == (shopping.user, bob.user)
    with pytest.raises(Forbidden):
        lists.rename(user=bob.user, row=shopping, name="Mine")
    with pytest.raises(Forbidden):
        lists.drop(by=bob.user, row=shopping)
    with pytest.raises(Forbidden):
        offers.make(by=bob.user, thing=shopping, to="c@example.com", level="view")


def test_a_role_puts_nothing_among_ones_own(shopping: List, clock: object) -> None:
    """An administrator may look at everybody's lists, in the console."""
    ada = person("administrator")
    assert names(ada) == []
    given(shopping, ada, "view")
    assert names(ada) == ["Shopping"]
    with pytest.raises(Forbidden):
        lists.add(by=ada, row=shopping, texts=["bread"])


def test_nobody_learns_whether_an_address_has_an_account(
    shopping: List, bob: Phone
) -> None:
    known = offered(shopping, bob.user)
    unknown = offers.make(
        by=shopping.user, thing=shopping, to="nobody@example.com", level="view"
    )
    assert known.state == unknown.state == "open"
    shown = offers.made(shopping.user, shopping)
    assert [each.address for each in shown] == [bob.user.email, "nobody@example.com"]
    offers.block(user=bob.user, row=known)
    again = offers.make(
        by=shopping.user, thing=shopping, to=bob.user.email, level="view"
    )
    assert again.state == "open" and offers.waiting(bob.user) == []
    assert offers.make(
        by=shopping.user, thing=shopping, to=bob.user.email, level="view"
    ) == (again)


def test_an_unproven_address_is_nobodys(shopping: List, bob: Phone) -> None:
    row = offers.make(
        by=shopping.user, thing=shopping, to="Later@Example.com", level="view"
    )
    assert row.person is None and offers.waiting(bob.user) == []
    proven(bob.user, "later@example.com")
    assert offers.waiting(bob.user) == [row]
    offers.accept(user=bob.user, row=row)
    assert names(bob.user) == ["Shopping"]


def test_a_number_is_an_address_too(shopping: List, bob: Phone) -> None:
    PhoneNumberFactory.create(user=bob.user, e164="+12025550199")
    row = offers.make(
        by=shopping.user, thing=shopping, to="+1 (202) 555-0199", level="edit"
    )
    assert offers.waiting(bob.user) == [row]


def test_what_cannot_be_offered_is_said(shopping: List, bob: Phone) -> None:
    alice = shopping.user
    for to in ("bob", "2025550199", proven(alice)):
        with pytest.raises(Invalid):
            offers.make(by=alice, thing=shopping, to=to, level="view")
    with pytest.raises(Invalid):
        offers.make(by=alice, thing=shopping, to="b@example.com", level="own")


def test_nobody_is_pestered(shopping: List, bob: Phone) -> None:
    alice, to = shopping.user, proven(bob.user)
    for _ in range(offers.MOST_TO_ONE_A_WEEK):
        offers.decline(
            user=bob.user,
            row=offers.make(by=alice, thing=shopping, to=to, level="view"),
        )
    with pytest.raises(TooMany, match="3 offers of yours within a week"):
        offers.make(by=alice, thing=shopping, to=to, level="view")
    for number in range(offers.MOST_A_DAY - offers.MOST_TO_ONE_A_WEEK):
        offers.make(by=alice, thing=shopping, to=f"p{number}@x.com", level="view")
    with pytest.raises(TooMany, match="for one day. Try again tomorrow"):
        offers.make(by=alice, thing=shopping, to="another@x.com", level="view")


def told(user: User) -> list[str]:
    texts = OutboundText.objects.filter(user=user).order_by("pk")
    return [text.body for text in texts]


def test_it_is_told_once_and_not_in_the_words_of_who_offers(
    alice: Phone, bob: Phone
) -> None:
    PhoneNumberFactory.create(user=bob.user)
    row = offered(lists.make(user=alice.user, name="Buy now"), bob.user)
    assert offers.tell(row.pk) == "texted"
    assert offers.tell(row.pk) == "not to be told"
    assert told(bob.user) == [
        f"{alice.user.email} wants to share a list with you. SHARES shows it."
        " Reply ACCEPT, DECLINE or BLOCK."
    ]
    for name in "abc":
        more = offered(lists.make(user=alice.user, name=name), bob.user)
        Offer.objects.filter(pk=more.pk).update(owner=UserFactory.create())
        offers.tell(more.pk)
    assert len(told(bob.user)) == offers.MOST_TOLD_A_DAY


def test_who_has_no_phone_gets_a_letter(shopping: List, bob: Phone) -> None:
    row = offered(shopping, bob.user)
    assert offers.tell(row.pk) == "written to"
    assert Offer.objects.get(pk=row.pk).told_at is not None
    assert not any("Shopping" in letter.body for letter in mail.outbox)


def test_quiet_hours_hold_it_back(
    shopping: List, bob: Phone, clock: time_machine.Traveller
) -> None:
    PhoneNumberFactory.create(user=bob.user)
    at = timezone.localtime(timezone.now(), bob.user.zone)
    bob.user.quiet_from = (at - HOUR).time()
    bob.user.quiet_until = (at + HOUR).time()
    bob.user.save()
    row = offered(shopping, bob.user)
    assert offers.tell(row.pk) == "held back by quiet hours"
    clock.shift(2 * HOUR)
    assert offers.tell(row.pk) == "texted"


def test_what_is_over_is_not_told(shopping: List, bob: Phone) -> None:
    PhoneNumberFactory.create(user=bob.user)
    row = offered(shopping, bob.user)
    offers.withdraw(by=shopping.user, row=row)
    assert offers.tell(row.pk) == "not wanted any more"
    with pytest.raises(NotFound):
        offers.accept(user=bob.user, row=row)
    with pytest.raises(NotFound):
        offers.withdraw(by=shopping.user, row=row)


def test_an_offer_runs_out(
    shopping: List, bob: Phone, clock: time_machine.Traveller
) -> None:
    row = offered(shopping, bob.user)
    clock.shift(Offer.LIVES + HOUR)
    assert offers.waiting(bob.user) == offers.made(shopping.user) == []
    with pytest.raises(NotFound):
        offers.accept(user=bob.user, row=row)


def test_an_offer_of_what_was_deleted_is_none(shopping: List, bob: Phone) -> None:
    row = offered(shopping, bob.user)
    lists.drop(by=shopping.user, row=shopping)
    assert offers.waiting(bob.user) == []
    with pytest.raises(NotFound):
        offers.accept(user=bob.user, row=row)


def test_an_offer_is_of_whom_it_is_made_to(shopping: List, bob: Phone) -> None:
    row, charlie = offered(shopping, bob.user), UserFactory.create()
    for act in (offers.accept, offers.decline, offers.block):
        with pytest.raises(NotFound):
            act(user=charlie, row=row)
    with pytest.raises(NotFound):
        offers.get(user=charlie, public_id=str(row.public_id))
    with pytest.raises(NotFound):
        offers.own(user=bob.user, public_id=str(row.public_id))


def test_taken_back_counts_at_once(shopping: List, bob: Phone) -> None:
    given(shopping, bob.user, "edit")
    (item,) = lists.add(by=bob.user, row=shopping, texts=["bread"])
    before = lists.mark(by=bob.user, rows=[item], state="done")
    shared.revoke(by=shopping.user, thing=shopping, person=bob.user)
    assert names(bob.user) == []
    for change in (
        lambda: lists.add(by=bob.user, row=shopping, texts=["more"]),
        lambda: lists.mark(by=bob.user, rows=[item], state="open"),
        lambda: lists.restore(user=bob.user, before=before),
        lambda: shared.revoke(by=shopping.user, thing=shopping, person=bob.user),
    ):
        with pytest.raises(NotFound):
            change()
    assert ListItem.objects.get(pk=item.pk).state == "done"


def test_one_can_leave_but_not_take_from_others(shopping: List, bob: Phone) -> None:
    charlie = UserFactory.create()
    given(shopping, bob.user)
    given(shopping, charlie)
    with pytest.raises(Forbidden):
        shared.revoke(by=bob.user, thing=shopping, person=charlie)
    shared.revoke(by=bob.user, thing=shopping, person=bob.user)
    assert [each.person for each in shared.holders(shopping)] == [charlie]


def test_who_blocks_leaves_and_sees_no_more_offers(shopping: List, bob: Phone) -> None:
    given(shopping, bob.user, "edit")
    other = lists.make(user=shopping.user, name="Other")
    offers.block(user=bob.user, row=offered(other, bob.user))
    assert names(bob.user) == [] and shared.holders(shopping) == []
    assert offers.waiting(bob.user) == []
    app, owner = signed_in(bob.user), shopping.user
    assert "Blocked" in app.get("/app/shares/").content.decode()
    lift = f"/app/shares/blocked/{owner.public_id}/lift/"
    assert app.post(lift).status_code == 302
    assert not Block.objects.exists()
    assert app.post(lift).status_code == 404


def test_it_is_on_record(shopping: List, bob: Phone) -> None:
    given(shopping, bob.user)
    shared.revoke(by=shopping.user, thing=shopping, person=bob.user)
    found = AuditEvent.objects.about(shopping.user_id).order_by("id")
    acts = [e.action for e in found if e.action.startswith("assistant.list.")]
    assert acts == [
        f"assistant.list.{verb}" for verb in ("offer", "share", "accept", "revoke")
    ]


def test_nothing_is_shared_while_the_account_is_closed(
    shopping: List, bob: Phone
) -> None:
    given(shopping, bob.user)
    offered(lists.make(user=shopping.user, name="More"), bob.user)
    User.objects.filter(pk=shopping.user_id).update(is_active=False)
    assert names(bob.user) == [] == offers.waiting(bob.user)
    assert shared.received(bob.user) == []


def test_it_goes_with_either_person(shopping: List, bob: Phone) -> None:
    given(shopping, bob.user)
    offered(lists.make(user=shopping.user, name="More"), bob.user)
    User.objects.get(pk=bob.user.pk).delete()
    assert shares.held(shopping) == {} and not Offer.objects.exists()


def test_a_note_is_shared_alone(alice: Phone, bob: Phone) -> None:
    note = notes.add(user=alice.user, text="the gate sticks")
    notes.add(user=alice.user, text="the gate key is under the pot")
    given(note, bob.user, "edit")
    assert notes.find(bob.user, "gate") == [note]
    before = notes.append(by=bob.user, row=note, text="oil it")
    assert notes.get(user=alice.user, public_id=str(note.public_id)).text == (
        "the gate sticks\noil it"
    )
    notes.restore(user=bob.user, before=before)
    with pytest.raises(Forbidden):
        notes.delete(by=bob.user, row=note)
    shared.revoke(by=alice.user, thing=note, person=bob.user)
    for change in (
        lambda: notes.change(by=bob.user, row=note, text="x"),
        lambda: notes.restore(user=bob.user, before=before),
        lambda: notes.get(user=bob.user, public_id=str(note.public_id)),
    ):
        with pytest.raises(NotFound):
            change()


def test_a_calendar_is_looked_at_and_changed(alice: Phone, bob: Phone) -> None:
    row = event(alice.user)
    public_id = str(row.public_id)
    with pytest.raises(NotFound):
        events.get(user=bob.user, public_id=public_id)
    given(offers.calendar(alice.user), bob.user, "view")
    assert events.get(user=bob.user, public_id=public_id) == row
    with pytest.raises(Forbidden), shared.changing(by=bob.user, event=row):
        events.delete(row=row)
    given(offers.calendar(alice.user), bob.user, "edit")
    with shared.changing(by=bob.user, event=row):
        before = events.delete(row=row)
    events.restore(user=bob.user, before=before)
    shared.revoke(by=alice.user, thing=offers.calendar(alice.user), person=bob.user)
    with pytest.raises(NotFound):
        events.restore(user=bob.user, before=before)
    with pytest.raises(NotFound):
        events.get(user=bob.user, public_id=public_id)


def test_it_takes_none_of_ones_own_time(alice: Phone, bob: Phone) -> None:
    event(alice.user)
    given(offers.calendar(alice.user), bob.user)
    assert "dentist (Alice)" in bob.text("agenda")
    assert "free" in bob.text("am I free today 10-11").lower()
    assert "overlap" not in bob.text("add lunch today 10:00").lower()


def test_more_shares_cost_no_more_queries(shopping: List, bob: Phone) -> None:
    given(shopping, bob.user)

    def cost() -> int:
        user = User.objects.get(pk=bob.user.pk)
        with CaptureQueriesContext(connection) as asked:
            lists.every(user)
            shared.received(user)
            offers.waiting(user)
        return len(asked)

    one = cost()
    for number in range(5):
        more = lists.make(user=shopping.user, name=f"l{number}")
        given(more, UserFactory.create())
        given(lists.make(user=UserFactory.create(), name="x"), bob.user)
    assert cost() == one <= 8


def test_an_export_tells_of_it(shopping: List, bob: Phone) -> None:
    given(shopping, bob.user)
    kept = {each.name: each for each in dossier.handed_out()}
    for user in (shopping.user, bob.user):
        (row,) = kept["shared_lists"].rows(user)
        assert (row["of"], row["with"]) == (shopping.user.email, bob.user.email)
        (offer,) = kept["offers"].rows(user)
        assert offer["state"] == "accepted"


@pytest.mark.django_db(transaction=True)
def test_an_undo_waits_for_the_rewording_of_another_and_leaves_it(
    alice: Phone, bob: Phone
) -> None:
    row = lists.make(user=alice.user, name="Shopping")
    given(row, bob.user, "edit")
    (item,) = lists.add(by=bob.user, row=row, texts=["tea"])
    before = lists.unmade(row, [item], is_new=False)

    def reword() -> None:
        lists.reword(by=alice.user, item=item, text="green tea")

    with pytest.raises(Conflict):
        overtaken(item, reword, lambda: lists.restore(user=bob.user, before=before))
    assert [each.text for each in row.items.open()] == ["green tea"]


@pytest.mark.django_db(transaction=True)
def test_a_revoking_and_an_edit_at_the_same_time() -> None:
    """Whatever is written was written before it was taken back."""
    alice, bob = UserFactory.create(name="Alice"), UserFactory.create(name="Bob")
    row = lists.make(user=alice, name="Race")
    for turn in range(10):
        given(row, bob, "edit")
        Offer.objects.all().delete()
        both, left = Barrier(3), list[int]()

        def edit(both: Barrier = both, turn: int = turn) -> None:
            try:
                both.wait()
                for number in range(30):
                    lists.add(by=bob, row=row, texts=[f"{turn} {number}"])
            except AppError:
                pass
            finally:
                connection.close()

        def revoke(both: Barrier = both, left: list[int] = left) -> None:
            try:
                both.wait()
                shared.revoke(by=alice, thing=row, person=bob)
                left.append(row.items.count())
            finally:
                connection.close()

        threads = [Thread(target=edit), Thread(target=revoke)]
        for thread in threads:
            thread.start()
        both.wait()
        for thread in threads:
            thread.join()
        assert row.items.count() == left[0]


def test_two_who_add_to_a_note_each_leave_a_version(alice: Phone, bob: Phone) -> None:
    """By which a page in step with it sees that there is something to write."""
    row = notes.add(user=alice.user, text="the gate sticks")
    given(row, bob.user, "edit")
    seen = notes.get(user=bob.user, public_id=str(row.public_id))
    notes.append(by=alice.user, row=row, text="oil it")
    notes.append(by=bob.user, row=seen, text="done")
    row.refresh_from_db()
    assert (row.text, row.version) == ("the gate sticks\noil it\ndone", 3)
