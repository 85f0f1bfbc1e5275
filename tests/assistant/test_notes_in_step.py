"""Notes and a page of Notion, both ways: each note is a block of it."""

import random
from collections import Counter

import pytest
import time_machine
from django.utils import timezone

from apps.assistant import notes, syncing
from apps.assistant.models import Note, Sync, SyncLink
from apps.assistant.sync import core, note_contents, shelf
from apps.assistant.sync.note_contents import Words
from apps.assistant.sync.sides import Remote, Side
from apps.core import errors
from apps.integrations import notebooks
from tests.assistant import elsewhere
from tests.assistant.conftest import Phone
from tests.integrations.servers import Simulator
from tests.portal.taking import said
from tests.sign_in import signed_in


class Pair:
    def __init__(self, phone: Phone, providers: Simulator) -> None:
        self.user, self.providers = phone.user, providers
        elsewhere.set_back(providers)
        elsewhere.connected(phone, providers, "notion", pages=["Trip to Lisbon"])
        (self.notebook,) = notebooks.of(phone.user)
        self.page = self.notebook.search("Lisbon")[0]
        self.sync = syncing.start_notes(
            user=phone.user, notebook=self.notebook, page=self.page
        )
        self.ahead = providers.order("set", page_size=50)["ahead"]

    def run(self) -> str:
        return str(core.run(self.sync.pk))

    @property
    def side(self) -> Side:
        rows = Sync.objects.select_related("connection", "user")
        return shelf.of(rows.get(pk=self.sync.pk), timezone.now())

    def here(self) -> list[Note]:
        return list(Note.objects.filter(user=self.user, is_deleted=False))

    def there(self) -> list[Remote]:
        return self.side.changes("").items

    def texts(self) -> tuple[list[str], list[str]]:
        ours = sorted(row.text for row in self.here())
        return ours, sorted(each.content.text for each in self.there())

    def later(self, clock: time_machine.Traveller, seconds: int) -> None:
        clock.shift(seconds)
        self.ahead += seconds
        self.providers.order("set", ahead=self.ahead)

    def insist_in_step(self) -> None:
        ours, theirs = self.texts()
        assert Counter(ours) == Counter(theirs)
        kept = SyncLink.objects.filter(sync=self.sync, note__is_deleted=False)
        assert kept.count() == len(ours)


@pytest.fixture
def pair(alice: Phone, providers: Simulator, clock: time_machine.Traveller) -> Pair:
    return Pair(alice, providers)


def test_both_ways(pair: Pair, clock: time_machine.Traveller) -> None:
    row = notes.add(user=pair.user, text="the gate sticks\nat noon")
    assert pair.run() == "in step"
    ours, theirs = pair.texts()
    assert ours == theirs and row.text in theirs and len(ours) > 1
    pair.later(clock, 60)
    notes.change(by=pair.user, row=row, text="the gate is fine")
    other = next(each for each in pair.there() if each.content.text != row.text)
    pair.side.update(other, Words("their words"))
    assert pair.run() == "in step"
    ours, theirs = pair.texts()
    assert ours == theirs and {"the gate is fine", "their words"} <= {*ours}
    (found,) = [each for each in pair.there() if each.content.text == "their words"]
    pair.side.delete(found)
    row.refresh_from_db()
    before = notes.delete(by=pair.user, row=row)
    pair.run()
    ours, theirs = pair.texts()
    assert ours == theirs and not {"the gate is fine", "their words"} & {*ours}
    notes.restore(user=pair.user, before=before)
    pair.run()
    pair.insist_in_step()
    assert "the gate is fine" in pair.texts()[1]


def test_a_later_change_wins_and_what_lost_comes_back(
    pair: Pair, clock: time_machine.Traveller
) -> None:
    row = notes.add(user=pair.user, text="one")
    pair.run()
    (there,) = [each for each in pair.there() if each.content.text == "one"]
    pair.side.update(there, Words("theirs"))
    pair.later(clock, 120)
    notes.change(by=pair.user, row=row, text="ours")
    pair.run()
    assert "ours" in pair.texts()[1] and "theirs" not in pair.texts()[1]
    app = signed_in(pair.user)
    page = app.get("/app/notes/sync/").content.decode()
    assert "The change there was earlier and lost: theirs" in page
    (link,) = syncing.troubles(pair.user, Sync.What.NOTES)
    settle = f"/app/calendar/sync/events/{link.public_id}/"
    answer = app.post(settle, {"do": "bring_back"}, follow=True)
    assert said(answer) == ["Brought back: theirs."]
    pair.later(clock, 60)
    pair.run()
    assert "theirs" in pair.texts()[1]
    pair.insist_in_step()


def test_a_note_whose_answer_was_lost_is_not_made_twice(pair: Pair) -> None:
    pair.run()
    notes.add(user=pair.user, text="the gate sticks")
    pair.providers.order("fault", path="*/children", kind="lose", method="PATCH")
    assert pair.run() != "in step"
    assert pair.run() == "in step"
    assert pair.texts()[1].count("the gate sticks") == 1
    pair.insist_in_step()


def test_all_of_it_compared_anew_doubles_nothing(pair: Pair) -> None:
    notes.add(user=pair.user, text="the gate sticks")
    pair.run()
    before = pair.texts()
    SyncLink.objects.all().delete()
    syncing.again(row=pair.sync)
    assert pair.run() == "in step"
    assert pair.texts() == before
    pair.insist_in_step()


@pytest.mark.parametrize("seed", range(2))
def test_both_hold_the_same_in_the_end(
    pair: Pair, clock: time_machine.Traveller, seed: int
) -> None:
    chance = random.Random(seed)
    for step in range(25):
        rows, there = pair.here(), pair.there()
        text = f"note {step}"
        match chance.randrange(6):
            case 0:
                notes.add(user=pair.user, text=text)
            case 1 if rows:
                notes.change(by=pair.user, row=chance.choice(rows), text=text)
            case 2 if rows:
                notes.delete(by=pair.user, row=chance.choice(rows))
            case 3:
                pair.side.create("", Words(text))
            case 4 if there:
                pair.side.update(chance.choice(there), Words(text))
            case 5 if there:
                pair.side.delete(chance.choice(there))
        pair.later(clock, 30)
        if chance.random() < 0.4:
            pair.run()
    for _ in range(2):
        assert pair.run() == "in step"
    pair.insist_in_step()


def test_the_page_is_found_and_chosen(pair: Pair, bob: Phone) -> None:
    app, connection = signed_in(pair.user), pair.sync.connection
    syncing.pause(row=pair.sync)
    pair.run()
    Sync.objects.all().delete()
    found = app.get("/app/notes/sync/", {"q": "lisbon"}).content.decode()
    assert "Trip to Lisbon" in found
    start = f"/app/notes/sync/with/{connection.public_id}/"
    given = {"page": pair.page.id, "title": pair.page.title}
    assert signed_in(bob.user).post(start, given).status_code == 404
    assert said(app.post(start, given, follow=True)) == [
        "Being compared with “Trip to Lisbon”."
    ]
    with pytest.raises(errors.Conflict):
        other = notebooks.Page("another", "Another")
        syncing.start_notes(user=pair.user, notebook=pair.notebook, page=other)
    assert Sync.objects.get().what == "notes"


def test_nothing_is_left_of_a_note_without_words() -> None:
    assert note_contents.of(" \n ") is None
    assert note_contents.of("a  \n\nb\n") == Words("a\n\nb")
