"""What a change left behind, so that whoever takes it back sees whether it is still so:
what was written since, by anybody, is not to be lost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from apps.assistant import phrases
from apps.core import errors

_LEFT = "left"


def by(before: Mapping[str, Any], after: Any) -> dict[str, Any]:
    """What a `restore` takes, and how the change left it (JSON)."""
    return {**before, _LEFT: _digest(after)}


def insist_same(before: Mapping[str, Any], now: Any) -> None:
    """Raises errors.Conflict where it is not as the change left it."""
    if before.get(_LEFT, "") not in ("", _digest(now)):
        raise errors.Conflict(phrases.say("left_since"))


def _digest(state: Any) -> str:
    said = json.dumps(state, sort_keys=True).encode()
    return hashlib.sha256(said).hexdigest()[:16]
