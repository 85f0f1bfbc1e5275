"""What the providers remember, kept in a file that is replaced whole."""

import contextlib
import json
import os
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

Thing = dict[str, Any]

ACCESS_SECONDS = 3600  # Google's and, nearly, Microsoft's
CODE_SECONDS = 600
PAGE_SIZE = 5  # small, so that whoever reads one page only is found out


@dataclass
class Settings:
    """What the control door turns. Not kept: a restart begins as usual."""

    token_life: int = ACCESS_SECONDS
    refresh_life: int | None = None
    page_size: int = PAGE_SIZE
    ahead: float = 0  # how fast the providers' clock is
    issuer: str = ""  # in place of Google's own, in the redirect
    next_origin: str = ""  # where Microsoft's next links lead
    searches: int = 100  # YouTube's a day
    sync_life: int | None = None  # of the tokens by which changes are told
    unverified: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)  # of clients that have one
    capabilities: list[str] = field(
        default_factory=lambda: ["read", "insert", "update"]
    )
    decisions: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Kept:
    grants: dict[str, Thing] = field(default_factory=dict)
    codes: dict[str, Thing] = field(default_factory=dict)
    access: dict[str, Thing] = field(default_factory=dict)
    refresh: dict[str, Thing] = field(default_factory=dict)
    # What people made, changed and deleted (None): "calendar:alice@example.com" → id.
    things: dict[str, dict[str, Thing | None]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


class State:
    def __init__(self, file: Path | None = None) -> None:
        self.lock = threading.RLock()
        self.settings = Settings()
        self.kept = Kept()
        self._file = file
        self._written = ""
        if file and file.exists():
            self.kept = _read(file)

    def now(self) -> float:
        return time.time() + self.settings.ahead

    def forget(self) -> None:
        self.settings, self.kept = Settings(), Kept()

    def save(self) -> None:
        """Write what has changed. Whoever reads meanwhile sees the old or the new."""
        if self._file is None:
            return
        self._prune()
        text = json.dumps(asdict(self.kept))
        if text == self._written:
            return
        draft = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with open(descriptor, "w") as file:
            file.write(text)
        draft.replace(self._file)
        self._written = text

    def _prune(self) -> None:
        """Codes and tokens a day past their end: nobody asks for them any more."""
        for shelf in (self.kept.codes, self.kept.access):
            past = self.now() - 86_400
            for name in [k for k, v in shelf.items() if (v["until"] or past) < past]:
                del shelf[name]


def _read(file: Path) -> Kept:
    """SystemExit, with a sentence, for a file that is not ours."""
    try:
        found = json.loads(file.read_bytes())
        return Kept(**found)
    except (ValueError, TypeError) as error:
        raise SystemExit(f"{file} is damaged: delete it to begin anew.") from error
