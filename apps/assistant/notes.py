"""Notes: kept, found by their words, added to and deleted, always for one person."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Note
from apps.assistant.targets import BY_ID, short
from apps.assistant.toolbox import Ask, Option
from apps.core import errors

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


def change(*, row: Note, text: str) -> None:
    """Raises errors.Invalid."""
    row.text = _fit(text)
    _save(row)


def delete(*, row: Note) -> None:
    row.is_deleted = True
    _save(row)


def before(row: Note, *, is_deleted: bool = False) -> dict[str, Any]:
    """What `restore` takes."""
    return {"id": str(row.public_id), "text": row.text, "is_deleted": is_deleted}


def restore(*, user: User, before: Mapping[str, Any]) -> None:
    rows = Note.objects.owned_by(user).filter(public_id=before["id"])
    for row in rows:
        row.text, row.is_deleted = before["text"], before["is_deleted"]
        _save(row)


def get(*, user: User, public_id: str) -> Note:
    """Raises errors.NotFound."""
    try:
        rows = Note.objects.owned_by(user).kept()
        return rows.get(public_id=uuid.UUID(public_id))
    except (ValueError, Note.DoesNotExist):
        raise errors.NotFound(phrases.say("note_gone")) from None


def find(user: User, words: str, most: int = MOST_SHOWN) -> list[Note]:
    """The newest first; those that have all the words, or the beginnings of them."""
    return list(matching(Note.objects.owned_by(user).kept(), words)[:most])


def matching(rows: QuerySet[Note], words: str) -> QuerySet[Note]:
    kept = ["".join(c for c in word if c.isalnum()) for word in words.split()]
    articles = phrases.words().answers["articles"]
    wanted = [word for word in kept if word and word.casefold() not in articles]
    if not wanted:
        return rows
    query = " & ".join(f"{word}:*" for word in wanted)
    searched = SearchQuery(query, config="simple", search_type="raw")
    return rows.annotate(words=_WORDS).filter(words=searched)


def the_note(scene: Scene, target: str) -> Note:
    """The one that is meant. Raises errors.NotFound, or Ask where several are."""
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
            Option(short(row.text), {"target": f"{BY_ID}{row.public_id}"})
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
