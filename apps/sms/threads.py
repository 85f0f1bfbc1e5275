"""A person's conversation as they see it: both directions, oldest first."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, gettext_noop

from apps.accounts.models import User
from apps.core import query
from apps.core.errors import Invalid, NotFound
from apps.sms import troubles
from apps.sms.composer import count
from apps.sms.models import InboundText, MediaFile, OutboundText, Turn
from apps.sms.models.inbound import WEB

State, Delivery = OutboundText.State, OutboundText.Delivery
WRITE_HERE = gettext_noop("Written here it costs nothing and is answered.")


@dataclass(frozen=True)
class Message:
    """One bubble. `tone` is how its state is coloured: ok, warn, bad or quiet."""

    id: str
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
    older: str  # cursor of the page before, or an empty string


def page(
    user: User,
    before: str = "",
    limit: int = 40,
    number: str = "",
    direction: str = "",
    words: Sequence[str] = (),
) -> Page:
    """The newest `limit` messages before a cursor; with `number` (E.164, or WEB) those
    with that phone alone, with `direction` ("in" or "out") one side, with `words` those
    that have all of them. Raises `Invalid` for a bad cursor."""
    having = query.containing("body", words)
    inbound = InboundText.objects.owned_by(user).filter(having)
    outbound = OutboundText.objects.owned_by(user).filter(having)
    if direction == "in":
        outbound = outbound.none()
    if direction == "out":
        inbound = inbound.none()
    if number:
        inbound, outbound = inbound.filter(number=number), outbound.filter(
            number=number
        )
    if before:
        at = _cursor(before)
        inbound = inbound.filter(received_at__lt=at)
        outbound = outbound.filter(created_at__lt=at)
    came = list(inbound.select_related("turn").order_by("-id")[: limit + 1])
    files = _files(came)
    found = [_from_person(text, files[text.pk]) for text in came]
    found += [_from_us(text) for text in outbound.order_by("-id")[: limit + 1]]
    found.sort(key=lambda message: message.at, reverse=True)
    shown = found[:limit][::-1]
    return Page(shown, shown[0].at.isoformat() if len(found) > limit else "")


def one(user: User, said: str) -> Message:
    """The message of that id. Raises NotFound, also for those of others."""
    direction, _, pk = said.partition("-")
    if direction in ("in", "out") and pk.isascii() and pk.isdigit() and len(pk) < 19:
        if direction == "in":
            texts = InboundText.objects.owned_by(user).select_related("turn")
            if came := texts.filter(pk=pk).first():
                return _from_person(came, _files([came])[came.pk])
        elif sent := OutboundText.objects.owned_by(user).filter(pk=pk).first():
            return _from_us(sent)
    raise NotFound(gettext("There is no such message."))


def answer(user: User, said: Message) -> tuple[Message | None, bool]:
    """Ours to a message of theirs, and whether one may still come."""
    if said.direction != "in" or said.turn_id is None:
        return None, said.direction == "in"
    # Looked at first: what ends meanwhile has its answer by then.
    is_over = Turn.objects.filter(pk=said.turn_id, finished_at__isnull=False).exists()
    ours = OutboundText.objects.owned_by(user).filter(turn_id=said.turn_id).first()
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


def _cursor(before: str) -> datetime:
    try:
        at = parse_datetime(before)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid(gettext("That page of the conversation does not exist."))
    return at


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
        id=f"in-{text.pk}",
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
        id=f"out-{text.pk}",
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
        return text.get_delivery_display(), "ok" if done else "quiet"
    if text.state == State.UNKNOWN:
        return gettext("Being checked with the carrier"), "warn"
    return text.get_state_display(), "quiet"
