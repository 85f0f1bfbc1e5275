"""Sharing by text: which thing is meant, which offer, which share, and how they are told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.accounts.models import User
from apps.assistant import lists, notes, offers, phrases, shared, times
from apps.assistant.conversations import Scene
from apps.assistant.items import ITEMS
from apps.assistant.models import Calendar, List, Offer
from apps.assistant.shared import Share, Thing
from apps.assistant.targets import BY_ID, short
from apps.assistant.toolbox import Ask, Option
from apps.core import errors

SHARES = "shares"
MOST_CHOICES = 3
# "My aunt Ana's": what is longer is a sentence.
_LONGEST_NAME = 3
_APART = ":"


@dataclass(frozen=True)
class Line:
    """One of what SHARES shows: an offer, to them or theirs, or a share."""

    what: Offer | Share
    mark: str
    is_theirs: bool

    @property
    def thing(self) -> Thing:
        return self.what.thing


def lines(user: User) -> list[Line]:
    """What is offered to them, what they have of others, what others have of theirs,
    and what of theirs nobody has answered."""
    return [
        *(Line(row, f"{BY_ID}{row.public_id}", False) for row in offers.waiting(user)),
        *(Line(row, _mark(row), False) for row in shared.received(user)),
        *(Line(row, _mark(row), True) for row in shared.given(user)),
        *(Line(row, f"{BY_ID}{row.public_id}", True) for row in offers.made(user)),
    ]


def _mark(row: Share) -> str:
    return _APART.join([str(row.thing.public_id), str(row.person.public_id)])


def told(user: User, line: Line) -> list[str]:
    """The name of the sentence that tells it, then what, with whom, to do what."""
    what, name = line.what, short(shared.called(line.thing))
    if isinstance(what, Offer):
        if line.is_theirs:
            return ["share_made", name, what.address, level(what.level)]
        return ["share_offered", name, what.owner.email, level(what.level)]
    if line.is_theirs:
        return ["share_given", name, person(what.person), level(what.level)]
    owner = what.thing.user
    return ["share_received", shared.of(owner, name), owner.email, level(what.level)]


def level(key: str) -> str:
    return phrases.say("to_edit" if key == Offer.Level.EDIT else "to_view")


def person(user: User) -> str:
    return user.name or user.email


def the_thing(scene: Scene, said: str, given: dict[str, str]) -> Thing:
    """One of their own, to be shared. Raises errors.NotFound, Forbidden, or Ask."""
    if said.startswith(BY_ID):
        name = said.removeprefix(BY_ID)
        return _own(scene.user, shared.find(user=scene.user, public_id=name))
    answers = phrases.words().answers
    words = phrases.folded(said).strip()
    if words in answers["calendar_words"]:
        return offers.calendar(scene.user)
    if words in answers["it"]:
        if focus := scene.focus_of(ITEMS):
            return _own(scene.user, lists.get(user=scene.user, public_id=focus))
        return _own(scene.user, notes.the_note(scene, said))
    for begins in answers["note_words"]:
        if words.startswith(f"{begins} "):
            target = said.strip()[len(begins) :].strip()
            return _own(scene.user, notes.the_note(scene, target, given, slot="thing"))
    found = lists.called(scene.user, _plain(said))
    if not found:
        raise errors.NotFound(phrases.say("no_list", name=short(_plain(said))))
    return _own(scene.user, found[0])


def _own(user: User, row: Thing) -> Thing:
    shared.insist_owns(by=user, row=row)
    return row


def _plain(said: str) -> str:
    """Without the word for a list around it."""
    for written in phrases.words().answers["list_words"]:
        pattern = re.escape(written).replace(r"\{name\}", "(?P<name>.+)")
        if fits := re.fullmatch(pattern, said.strip(), re.IGNORECASE):
            return fits["name"].strip()
    return said.strip()


def the_offer(scene: Scene, said: str) -> Offer:
    """One that is made to them: a number, words of it, or the only one. Raises
    errors.NotFound, or Ask where it may be several."""
    if said.startswith(BY_ID):
        return offers.get(user=scene.user, public_id=said.removeprefix(BY_ID))
    found = offers.waiting(scene.user)
    if said.isdigit():
        shown = scene.shown_of(SHARES) or [f"{BY_ID}{row.public_id}" for row in found]
        mark = shown[int(said) - 1] if 1 <= int(said) <= len(shown) else ""
        found = [row for row in found if f"{BY_ID}{row.public_id}" == mark]
    elif said:
        found = [row for row in found if _is_of(row, said)]
    if not found:
        raise errors.NotFound(phrases.say("no_offer"))
    if len(found) > 1:
        options = [
            Option(
                phrases.say(
                    "offer_of",
                    what=short(shared.called(row.thing)),
                    who=row.owner.email,
                ),
                {"target": f"{BY_ID}{row.public_id}"},
            )
            for row in found[:MOST_CHOICES]
        ]
        raise Ask(phrases.say("which_one"), arguments={}, options=options)
    return found[0]


def _is_of(row: Offer, said: str) -> bool:
    return _is_said(said, [shared.called(row.thing)]) or is_person(row.owner, said)


def is_person(user: User, said: str) -> bool:
    return _is_said(said, [user.email, user.name, user.short_name])


def _is_said(said: str, names: Sequence[str]) -> bool:
    wanted = phrases.folded(said).strip()
    return any(name and phrases.folded(name) == wanted for name in names)


def numbered(scene: Scene, said: str) -> Line | None:
    """What a number of SHARES means. Raises errors.NotFound."""
    if not said.isdigit():
        return None
    shown = scene.shown_of(SHARES)
    mark = shown[int(said) - 1] if 1 <= int(said) <= len(shown) else ""
    found = next((each for each in lines(scene.user) if each.mark == mark), None)
    if found is None:
        raise errors.NotFound(phrases.say("no_share_number", number=said))
    return found


def to_take_back(scene: Scene, given: dict[str, str]) -> list[Line]:
    """Of one thing of theirs: what a person has of it, or was offered; without a person
    all of that. Raises errors.NotFound, Forbidden, or Ask."""
    if line := numbered(scene, given["thing"]):
        if not line.is_theirs:
            owner = line.thing.user.short_name
            raise errors.Forbidden(phrases.say("only_owner", owner=owner))
        return [line]
    thing, to = the_thing(scene, given["thing"], given), given["to"].strip()
    found = [
        each
        for each in lines(scene.user)
        if each.is_theirs and each.thing == thing and (not to or _is_with(each, to))
    ]
    if not found:
        name = short(shared.called(thing))
        raise errors.NotFound(phrases.say("not_shared_with", name=name))
    return found


def _is_with(line: Line, to: str) -> bool:
    if isinstance(line.what, Share):
        return is_person(line.what.person, to)
    return _is_said(to, [line.what.address])


def to_leave(scene: Scene, said: str) -> Share:
    """Something of another that they have. Raises errors.NotFound, or Ask."""
    if line := numbered(scene, said):
        found = [line.what] if isinstance(line.what, Share) else []
        found = [] if line.is_theirs else found
    else:
        rows = shared.received(scene.user)
        wanted = {row.pk for row in lists.called(scene.user, _plain(said))}
        found = [
            row
            for row in rows
            if said == _mark(row)
            or (isinstance(row.thing, List) and row.thing.pk in wanted)
            or (isinstance(row.thing, Calendar) and _is_calendar_of(row, said))
        ]
    if not found:
        raise errors.NotFound(phrases.say("nothing_to_leave"))
    if len(found) > 1:
        options = [
            Option(_called(row), {"thing": _mark(row)}) for row in found[:MOST_CHOICES]
        ]
        raise Ask(phrases.say("which_one"), arguments={}, options=options)
    return found[0]


def _is_calendar_of(row: Share, said: str) -> bool:
    if is_person(row.thing.user, said):
        return True
    for word in phrases.words().answers["calendar_words"]:
        for written in phrases.words().answers["theirs"]:
            pattern = re.escape(written.replace("{name}", word))
            pattern = pattern.replace(r"\{owner\}", "(?P<owner>.+)")
            fits = re.fullmatch(pattern, phrases.folded(said).strip())
            if fits and is_person(row.thing.user, fits["owner"]):
                return True
    return False


def the_calendar(scene: Scene, said: str, given: dict[str, str]) -> Calendar | None:
    """One that is shared with them, by whose it is; None for their own. Raises
    errors.NotFound, or Ask where it may be several."""
    if said.startswith(BY_ID):
        return shared.calendar(user=scene.user, public_id=said.removeprefix(BY_ID))
    if not said or any(is_person(scene.user, each) for each in _owners(said)):
        return None
    found = _calendars_of(scene.user, said)
    if not found:
        raise errors.NotFound(
            phrases.say("no_calendar_of", name=short(_owners(said)[0]))
        )
    if len(found) > 1:
        options = [
            Option(row.user.email, {**given, "calendar": f"{BY_ID}{row.public_id}"})
            for row in found[:MOST_CHOICES]
        ]
        raise Ask(phrases.say("which_one"), arguments=given, options=options)
    return found[0]


def is_of_another(user: User, said: str) -> bool:
    """Whether before "calendar" this is a person: by its form, unless that is a time, or
    of those who share theirs."""
    form, names = phrases.words().answers["of_somebody"], _owners(said)
    if re.search(form, phrases.folded(said)) and len(said.split()) <= _LONGEST_NAME:
        return not any(times.split(each).phrase for each in names)
    return bool(_calendars_of(user, said))


def _calendars_of(user: User, said: str) -> list[Calendar]:
    names = _owners(said)
    return [
        row
        for row in shared.of_others(user)
        if any(is_person(row.user, each) for each in names)
    ]


def _owners(said: str) -> list[str]:
    """Who may be meant: "alice's" is Alice, and "carlos" may be Carlos."""
    said, found = said.strip(), list[str]()
    for written in phrases.words().answers["whose"]:
        pattern = re.escape(written).replace(r"\{owner\}", "(?P<owner>.+)")
        if fits := re.fullmatch(pattern, said, re.IGNORECASE):
            found.append(fits["owner"].strip())
    return found


def _called(row: Share) -> str:
    return shared.of(row.thing.user, short(shared.called(row.thing)))


def leave(scene: Scene, row: Share) -> str:
    """What was left, as it was called."""
    shared.revoke(by=scene.user, thing=row.thing, person=scene.user)
    return _called(row)


def values_of(thing: Thing) -> dict[str, Any]:
    return {"name": short(shared.called(thing))}
