"""A person's conversation as they see it: both directions, oldest first."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from django.utils.translation import gettext, gettext_noop

from apps.accounts.models import User
from apps.core import opaque, paging
from apps.core.errors import NotFound
from apps.core.paging import Place
from apps.sms import said, troubles
from apps.sms.composer import count
from apps.sms.models import InboundText, MediaFile, OutboundText, Turn
from apps.sms.models.inbound import WEB

State, Delivery = OutboundText.State, OutboundText.Delivery
_PAGES = "sms.threads"
_STATES, _DELIVERIES = dict(State.choices), dict(Delivery.choices)
_TABLES = {"in": InboundText, "out": OutboundText}
WRITE_HERE = gettext_noop("Written here it costs nothing and is answered.")


@dataclass(frozen=True)
class Message:
    """One bubble. `tone` is how its state is coloured: ok, warn, bad or quiet."""

    pk: int  # of the table of its direction
    direction: str  # "in": from the person, "out": from us
    body: str
    at: datetime
    kind: str
    number: str
    segments: int
    state_label: str
    tone: str
    turn_id: int | None
    num_media: int = 0
    next_step: str = ""  # what the person can do where it was not delivered
    files: tuple["File", ...] = ()

    @property
    def id(self) -> str:
        return id_of(self.direction, self.pk)


@dataclass(frozen=True)
class File:
    """A picture or file of a text; `why` it was not kept, if it was not."""

    public_id: str
    content_type: str
    size: int
    state: str
    why: str
    is_picture: bool


@dataclass(frozen=True)
class Page:
    messages: list[Message]
    # Cursors of what was said before these and after them, or an empty string.
    older: str
    newer: str = ""


def page(
    user: User,
    before: str = "",
    limit: int = 40,
    number: str = "",
    direction: str = "",
    words: Sequence[str] = (),
) -> Page:
    """The newest `limit` messages, from a cursor on; with `number` (E.164, or WEB) those
    with that phone alone, with `direction` ("in" or "out") one side, with `words` those
    that have all of them. Raises `Invalid` for a bad cursor.

    Each table is read in the order of its ids, and what both have is told by when it was
    said. A cursor is the last id of each, so nothing is left out or told twice, also of
    what was said at the same moment.
    """
    pages = f"{_PAGES} {number}"
    begin = paging.place(pages, before)
    is_back = begin is not None and begin.is_back
    came, went = said.newest(
        user,
        direction=direction,
        number=number,
        words=words,
        came=_from(begin, 0),
        went=_from(begin, 1),
        limit=limit + 1,
        is_back=is_back,
    )
    files = _files(came)
    both = [*map(_from_us, went)], [_from_person(text, files[text.pk]) for text in came]
    # Of two of the same moment ours is the newer one, whichever way the page goes.
    met = merge(*both[:: -1 if is_back else 1], key=_at, reverse=not is_back)
    shown = list(islice(met, limit))
    ends = [_end(shown, begin, "in", came), _end(shown, begin, "out", went)]
    further = ""
    if len(came) + len(went) > limit:
        further = paging.cursor(pages, Place(tuple(ends), is_back))
    return _page(shown, begin, further, pages)


def _at(message: Message) -> datetime:
    return message.at


def _from(begin: Place | None, which: int) -> said.Where | None:
    """Where a page begins in one of the tables."""
    if begin is None:
        return None
    return "id > %s" if begin.is_back else "id <= %s", int(begin.by[which])


def _end(
    shown: Sequence[Message], begin: Place | None, direction: str, found: Sequence[Any]
) -> str:
    """The id in a table that the page ends behind: of what is at or under it the older
    page is, of what is over it the newer one."""
    count = sum(message.direction == direction for message in shown)
    is_back = begin is not None and begin.is_back
    if count and is_back:
        return str(found[count - 1].pk)
    if count:
        return str(found[count - 1].pk - 1)
    if begin is not None:
        return begin.by[direction == "out"]
    # None of it is on the newest page: what comes meanwhile is none of the next.
    return str(found[0].pk if found else 0)


def _page(shown: list[Message], begin: Place | None, further: str, pages: str) -> Page:
    """In the order that was said, with the way back to where it begins."""
    if begin is None:
        return Page(shown[::-1], further)
    back = paging.cursor(pages, Place(begin.by, not begin.is_back)) if shown else ""
    if begin.is_back:
        return Page(shown, older=back, newer=further)
    return Page(shown[::-1], older=further, newer=back)


def one(user: User, name: str) -> Message:
    """The message of that id. Raises NotFound, also for those of others."""
    for direction, table in _TABLES.items():
        with suppress(NotFound):
            return numbered(user, direction, opaque.number(table, name))
    raise NotFound(gettext("There is no such message."))


def numbered(user: User, direction: str, pk: int) -> Message:
    """The same by its number in the table of its direction."""
    found = said.one(user, direction, pk)
    if isinstance(found, InboundText):
        return _from_person(found, _files([found])[found.pk])
    if found is not None:
        return _from_us(found)
    raise NotFound(gettext("There is no such message."))


def id_of(direction: str, pk: int) -> str:
    """What programs call the message of that number."""
    return opaque.name(_TABLES[direction], pk)


def answer(user: User, message: Message) -> tuple[Message | None, bool]:
    """Ours to a message of theirs, and whether one may still come."""
    if message.direction != "in" or message.turn_id is None:
        return None, message.direction == "in"
    ours, is_over = said.reply(user, message.turn_id)
    return (_from_us(ours), False) if ours else (None, not is_over)


def missed(page: Page) -> Message | None:
    """The newest text of ours there, if it did not arrive."""
    ours = [message for message in page.messages if message.direction == "out"]
    return ours[-1] if ours and ours[-1].tone == "bad" else None


def unanswered(page: Page) -> Message | None:
    """The newest text of theirs there, if it got no answer because of a budget."""
    theirs = [message for message in page.messages if message.direction == "in"]
    return theirs[-1] if theirs and theirs[-1].tone == "bad" else None


def version(user: User) -> str:
    """Changes whenever the newest page does."""
    return hashlib.sha256(repr(page(user)).encode()).hexdigest()[:16]


def _files(texts: Iterable[InboundText]) -> Mapping[int, list[File]]:
    """Of those that came with some, in order, and without their content."""
    found: defaultdict[int, list[File]] = defaultdict(list)
    if with_some := [text.pk for text in texts if text.num_media]:
        rows = MediaFile.objects.filter(text__in=with_some).defer("content")
        for row in rows.order_by("position"):
            found[row.text_id].append(_file(row))
    return found


def _from_person(text: InboundText, files: Sequence[File]) -> Message:
    return Message(
        pk=text.pk,
        direction="in",
        body=text.body,
        at=text.received_at,
        kind=text.keyword or "text",
        number=text.number,
        segments=0 if text.number == WEB else count(text.body).segments,
        state_label=_received(text),
        tone="bad" if _is_over_budget(text) else "quiet",
        turn_id=text.turn_id,
        next_step=gettext(WRITE_HERE) if _is_over_budget(text) else "",
        num_media=text.num_media,
        files=tuple(files),
    )


def _received(text: InboundText) -> str:
    if not text.turn_id:
        return gettext("Waiting for an answer")
    if _is_over_budget(text):
        return gettext("Not answered: the budget for texts was used up")
    return gettext("Written here") if text.number == WEB else gettext("Received")


def _is_over_budget(text: InboundText) -> bool:
    return text.turn is not None and text.turn.silence in (
        Turn.Silence.OVER_BUDGET,
        Turn.Silence.UNTOLD,
    )


def _file(file: MediaFile) -> File:
    return File(
        public_id=str(file.public_id),
        content_type=file.content_type,
        size=file.size,
        state=file.state,
        why=file.why,
        is_picture=file.is_picture,
    )


def _from_us(text: OutboundText) -> Message:
    label, tone = ("", "quiet") if text.number == WEB else _state(text)
    return Message(
        pk=text.pk,
        direction="out",
        body=text.body,
        at=text.created_at,
        kind=text.kind,
        number=text.number,
        segments=0 if text.number == WEB else text.segments,
        state_label=label,
        tone=tone,
        turn_id=text.turn_id,
        next_step=_next_step(text),
    )


def _next_step(text: OutboundText) -> str:
    if text.has_failed and text.error_code:
        return troubles.of(text.error_code).for_person
    return ""


def _state(text: OutboundText) -> tuple[str, str]:
    if text.has_failed:
        why = troubles.in_words(text.error_code)
        return gettext("Not delivered: %(why)s") % {"why": why}, "bad"
    if text.state == State.SENT and text.delivery:
        done = text.delivery in (Delivery.DELIVERED, Delivery.READ)
        return str(_DELIVERIES[text.delivery]), "ok" if done else "quiet"
    if text.state == State.UNKNOWN:
        return gettext("Being checked with the carrier"), "warn"
    return str(_STATES[text.state]), "quiet"
