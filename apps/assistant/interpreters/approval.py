"""OK 7K, NO 7K, ALWAYS 7K; or a bare yes or no to the one thing that was just asked."""

import re
from datetime import timedelta

from apps.assistant import approvals, menus, phrases, wording
from apps.assistant.commands import Intent
from apps.assistant.conversations import Scene
from apps.assistant.models import Approval
from apps.assistant.readings import Interpreter, Reading
from apps.sms.models import InboundText

CODE = f"[{approvals.DIGITS}][{approvals.LETTERS}]"
# A bare "yes" an hour later is hardly about what was asked then.
JUST_NOW = timedelta(minutes=30)


def read(scene: Scene, text: InboundText) -> Reading | None:
    said = wording.bare(text.body)
    for answer, words in phrases.words().answers["approval"].items():
        either = "|".join(map(re.escape, words))
        if match := re.fullmatch(rf"(?:{either})\s+({CODE})", said, re.IGNORECASE):
            return _decided(match[1], answer)
    return _none_of_all(scene, said) or _bare(scene, text.body)


def _none_of_all(scene: Scene, said: str) -> Reading | None:
    """A no to all that waits; a yes is said to each."""
    if said not in phrases.words().answers["no_to_all"]:
        return None
    rows = Approval.objects.owned_by(scene.user).open(scene.now).order_by("pk")
    intents = [_decision(row.code, "no") for row in rows]
    return Reading(intents=tuple(intents)) if intents else None


def _bare(scene: Scene, body: str) -> Reading | None:
    """Only where one thing waits, it was asked just now, and nothing newer is open. Else
    what waits is shown with the words that answer it."""
    is_yes, is_no = menus.agrees(body), menus.drops(body)
    if not (is_yes or is_no) or scene.menu or scene.question:
        return None
    rows = list(Approval.objects.owned_by(scene.user).open(scene.now)[:2])
    if not rows or scene.now - max(row.asked_at for row in rows) > JUST_NOW:
        return None
    if len(rows) > 1:
        return Reading(intents=(Intent("approvals.list"),))
    return _decided(rows[0].code, "yes" if is_yes else "no")


def _decided(code: str, answer: str) -> Reading:
    return Reading(intents=(_decision(code, answer),))


def _decision(code: str, answer: str) -> Intent:
    return Intent("approvals.decide", {"code": code.upper(), "answer": answer})


INTERPRETER = Interpreter("approval", order=15, read=read)
