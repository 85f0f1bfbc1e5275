"""Notes: kept, found by their words, added to and deleted, always for one person: their
own, and those that are shared with them (shared.py)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.assistant import left, phrases, shared
from apps.assistant.conversations import Scene
from apps.assistant.models import Note
from apps.assistant.targets import BY_ID, short
from apps.assistant.toolbox import Ask, Option
from apps.core import errors

Before = dict[str, Any]

NOTES = "notes"
LONGEST = 5_000
MOST = 5_000
MOST_SHOWN, MOST_CHOICES = 10, 3
# The index is by this.
_WORDS = SearchVector("text", config="simple")


def add(*, user: User, text: str) -> Note:
    """Raises errors.Invalid, or Conflict where there are too many."""
    text = _fit(text)
    if Note.objects.owned_by(user).kept().count() >= MOST:
        raise errors.Conflict(phrases.say("too_many_notes"))
    return Note.objects.create(user=user, text=text)


def change(*, by: User, row: Note, text: str) -> Before:
    """Raises errors.Invalid, and as `shared.insist_may_change`."""
    with transaction.atomic():
        shared.insist_may_change(by=by, row=row)
        before = _state(row)
        row.text = _fit(text)
        return _saved(row, before)


def append(*, by: User, row: Note, text: str) -> Before:
    """To what it says by now. Raises as `change`."""
    with transaction.atomic():
        fresh = Note.objects.select_for_update().get(pk=row.pk)
        row.text, row.version = fresh.text, fresh.version
        return change(by=by, row=row, text=f"{row.text}\n{text.strip()}")


def delete(*, by: User, row: Note) -> Before:
    """Raises errors.Forbidden where it is another's."""
    shared.insist_owns(by=by, row=row)
    before = _state(row)
    row.is_deleted = True
    return _saved(row, before)


def unmade(row: Note) -> Before:
    """What takes back that it was added."""
    return left.by({**_state(row), "is_deleted": True}, _state(row))


def restore(*, user: User, before: Mapping[str, Any]) -> None:
    """What the others handed back. Raises as `shared.insist_may_change`, and
    errors.Conflict where it was changed since."""
    with transaction.atomic():
        rows = Note.objects.filter(public_id=before["id"]).select_related("user")
        for row in rows.select_for_update(of=("self",)):
            shared.insist_may_change(by=user, row=row)
            left.insist_same(before, _state(row))
            row.text, row.is_deleted = before["text"], before["is_deleted"]
            _save(row)


def _state(row: Note) -> dict[str, Any]:
    return {"id": str(row.public_id), "text": row.text, "is_deleted": row.is_deleted}


def _saved(row: Note, before: Before) -> Before:
    _save(row)
    return left.by(before, _state(row))


def among(user: User) -> QuerySet[Note]:
    """The newest first."""
    return shared.kept(user, Note.objects.kept())


def get(*, user: User, public_id: str) -> Note:
    """Raises errors.NotFound."""
    try:
        return among(user).get(public_id=uuid.UUID(public_id))
    except (ValueError, Note.DoesNotExist):
        raise errors.NotFound(phrases.say("note_gone")) from None


def find(user: User, words: str, most: int = MOST_SHOWN) -> list[Note]:
    """The newest first; those that have all the words, or the beginnings of them."""
    return list(matching(among(user), words)[:most])


def matching(rows: QuerySet[Note], words: str) -> QuerySet[Note]:
    kept = ["".join(c for c in word if c.isalnum()) for word in words.split()]
    articles = phrases.words().answers["articles"]
    wanted = [word for word in kept if word and word.casefold() not in articles]
    if not wanted:
        # Of no word there is all; signs alone are words that no note has.
        return rows.none() if words.strip() and not any(kept) else rows
    query = " & ".join(f"{word}:*" for word in wanted)
    searched = SearchQuery(query, config="simple", search_type="raw")
    return rows.annotate(words=_WORDS).filter(words=searched)


def the_note(
    scene: Scene,
    target: str,
    given: Mapping[str, str] | None = None,
    *,
    slot: str = "target",
) -> Note:
    """The one that is meant, `given` being the other arguments. Raises errors.NotFound, or Ask where several are."""
    if target.startswith(BY_ID):
        return get(user=scene.user, public_id=target.removeprefix(BY_ID))
    is_it = phrases.folded(target) in phrases.words().answers["it"]
    if is_it and (focus := scene.focus_of(NOTES)):
        return get(user=scene.user, public_id=focus)
    if target.isdigit():
        shown = scene.shown_of(NOTES)
        if not shown:
            shown = [str(row.public_id) for row in find(scene.user, "")]
        if not 1 <= int(target) <= len(shown):
            raise errors.NotFound(phrases.say("no_note_number", number=target))
        return get(user=scene.user, public_id=shown[int(target) - 1])
    found = find(scene.user, target, MOST_CHOICES)
    if not found:
        raise errors.NotFound(phrases.say("no_note_about", words=short(target)))
    if len(found) > 1:
        options = [
            Option(
                shared.named(scene.user, row, short(row.text)),
                {**(given or {}), slot: f"{BY_ID}{row.public_id}"},
            )
            for row in found
        ]
        raise Ask(phrases.say("which_one"), arguments={}, options=options)
    return found[0]


def spoken(row: Note) -> dict[str, Any]:
    return {"kind": NOTES, "focus": str(row.public_id), "text": row.text}


def _save(row: Note) -> None:
    row.version += 1
    row.save(update_fields=["text", "is_deleted", "version", "updated_at"])


def _fit(text: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise errors.Invalid(phrases.say("note_length"))
    return text
