"""What a calendar or a page elsewhere can be asked, whoever keeps it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from apps.integrations.models import Connection

# What is over for longer is history, and what is farther ahead comes when it is nearer.
BEHIND, AHEAD = timedelta(days=60), timedelta(days=400)


class Expired(Exception):
    """The cursor is known no more: everything has to be read."""


@dataclass(frozen=True)
class Remote:
    """An event or note there; without content it is deleted. `why` says why it cannot be kept
    here. Where `is_unsure` it is not said whether it is deleted. `key` is the handle that it was made with, where it tells.
    """

    id: str
    mark: str = ""
    content: Any = None
    at: datetime | None = None
    guests: list[str] = field(default_factory=list)
    key: str = ""
    why: str = ""
    is_unsure: bool = False

    @property
    def print(self) -> str:
        return str(self.content.print) if self.content else ""


@dataclass(frozen=True)
class Changed:
    items: list[Remote]
    cursor: str
    # All that there is, and not only what changed.
    is_whole: bool


class Side(ABC):
    """The main calendar of one account, or a page of one. All of it asks outside, and
    raises what `Client.call` does; what is not as `mark` says is a Conflict."""

    def __init__(
        self, connection: Connection, now: datetime, remote_id: str = ""
    ) -> None:
        self.connection, self.now, self.remote_id = connection, now, remote_id

    @abstractmethod
    def changes(self, cursor: str) -> Changed:
        """Since the cursor; without one everything. Raises Expired."""

    @abstractmethod
    def read(self, remote_id: str) -> Remote:
        """As it is now."""

    @abstractmethod
    def named(self, handle: str) -> str:
        """The id that one made with this handle will have; "" where that is theirs to
        say."""

    @abstractmethod
    def create(self, handle: str, content: Any) -> Remote:
        """Once for a handle. Raises Conflict for one that was made with it and removed
        since."""

    @abstractmethod
    def update(self, there: Remote, content: Any) -> Remote:
        """Raises NotFound as well."""

    @abstractmethod
    def delete(self, there: Remote) -> None:
        """It is gone, also where it was."""
