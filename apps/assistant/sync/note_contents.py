"""What a note is on either side, and the side here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from apps.accounts.models import User
from apps.assistant import notes
from apps.assistant.models import Note
from apps.assistant.sync.own import writing


@dataclass(frozen=True)
class Words:
    text: str

    @property
    def print(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def kept(self) -> dict[str, Any]:
        return {"text": self.text}

    @classmethod
    def back(cls, kept: dict[str, Any]) -> Words:
        return cls(kept["text"])


def of(text: str) -> Words | None:
    """In the one form that can be compared; None where nothing is left of it."""
    lines = [line.rstrip() for line in text.splitlines()]
    kept = "\n".join(lines).strip()[: notes.LONGEST].strip()
    return Words(kept) if kept else None


def content(row: Note) -> Words | None:
    return None if row.is_deleted else of(row.text)


def take(user: User, row: Note | None, wanted: Words | None) -> Note:
    """Have it as it is there; None deletes it. `row` is locked."""
    with writing():
        row = row or Note(user=user, version=0)
        row.is_deleted = wanted is None
        if wanted:
            row.text = wanted.text
        row.version += 1
        row.save()
    return row
