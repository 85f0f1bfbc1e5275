"""Things in connected accounts: which account they are in, and what "2" means of them.

A mark names a thing and the account it is in. It is looked for in the accounts of the
person who asks, so that nobody's mark leads into an account of somebody else.
"""

from __future__ import annotations

import hashlib
from typing import Any

from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.needs import Need
from apps.core import errors
from apps.integrations.facets import Facet

BY_MARK = "id:"
_APART = "|"


def mark(side: Facet, thing: str) -> str:
    return f"{side.connection.public_id}{_APART}{thing}"


def find(scene: Scene, need: Need, found: str) -> tuple[Any, str]:
    """The side of the account that a mark names, and the thing there. Raises
    errors.NotFound."""
    account, _, thing = found.removeprefix(BY_MARK).partition(_APART)
    for side in need.met_by(scene.user):
        if thing and str(side.connection.public_id) == account:
            return side, thing
    raise errors.NotFound(phrases.say("gone_elsewhere"))


def numbered(scene: Scene, kind: str, said: str) -> str:
    """The mark that is meant by a number of what was listed last, by "it", or by a mark;
    "" for other words. Raises errors.NotFound."""
    if said.startswith(BY_MARK):
        return said.removeprefix(BY_MARK)
    if said.isdigit():
        shown = scene.shown_of(kind)
        if not 1 <= int(said) <= len(shown):
            raise errors.NotFound(phrases.say("no_number_there", number=said))
        return shown[int(said) - 1]
    if not said or phrases.folded(said) in phrases.words().answers["it"]:
        focus = scene.focus_of(kind)
        fits = (each for each in scene.shown_of(kind) if focus == _digest(each))
        return next(fits, "")
    return ""


def spoken_of(scene: Scene, kind: str, found: str) -> dict[str, Any]:
    """What a result says of the one thing that "it" means from then on. It is one of
    those listed last, or the only one."""
    shown = scene.shown_of(kind)
    values = {"kind": kind, "focus": _digest(found)}
    return values if found in shown else {**values, "shown": [found]}


def _digest(found: str) -> str:
    """A mark can be longer than what a conversation keeps of "it"."""
    return hashlib.sha256(found.encode()).hexdigest()[:32]
