"""A free answer to the question that is open."""

import re

from apps.assistant import commands, menus, moments, phrases, scopes, times, wording
from apps.assistant.commands import Intent
from apps.assistant.conversations import Question, Scene
from apps.assistant.readings import Interpreter, Reading
from apps.sms.models import InboundText

# Who names a reminder says little: more words are about something else.
LONGEST_NAME = 3

# What is said to a mere "yes".
AGAIN = {"when": "not_a_time", "text": "what"}


def read(scene: Scene, text: InboundText) -> Reading | None:
    question = scene.question
    if not question:
        return None
    if menus.drops(text.body):
        return Reading(say=phrases.say("dropped"), answers=scene.close())
    if wording.bare(text.body) in phrases.words().answers["again"]:
        return Reading(say=_again(scene, question))
    slot = question["slot"]
    if menus.agrees(text.body) and slot in AGAIN:
        return Reading(say=phrases.say(AGAIN[slot]))
    if slot == "when":
        given = {"when": _time(scene, question, text.body)}
    else:
        given = {slot: _words(scene, question, text.body)}
    if not given[slot]:
        return None
    if slot == "text":
        given = _own_time(given["text"]) or given
    arguments = {**question["arguments"], **given}
    return Reading(
        intents=(Intent(question["tool"], arguments),), answers=scene.close()
    )


def _again(scene: Scene, question: Question) -> str:
    """The question once more, and how to get out of it."""
    asked = question.get("asked") or phrases.say("not_a_time")
    return menus.numbered(
        menus.escapable(asked), [option["label"] for option in scene.menu]
    )


def _own_time(said: str) -> dict[str, str]:
    """Words that bring a time of their own, which then counts instead of the known."""
    split = times.split(said)
    is_both = split.phrase and split.rest
    return {"text": split.rest, "when": split.phrase} if is_both else {}


def _time(scene: Scene, question: Question, body: str) -> str:
    """The time in the answer: one that was offered, else one with what the question
    already knew of it ("today" answered by "at 3" is today at 3), else a new one.
    """
    said = wording.tidied(body)
    exact = [option["arguments"].get("when", "") for option in scene.menu]
    if offered := moments.offered(scene, said, exact):
        return offered
    known: str = question["arguments"].get("when", "")
    for phrase in filter(None, (known and f"{known} {said}", said)):
        outcome = scene.read(phrase)
        # "no, 8am" is another time, not one more.
        is_more = phrase != said and _is_more(scene, known, outcome)
        if not isinstance(outcome, times.Missing) and not is_more:
            return phrase
    return ""


def _is_more(scene: Scene, known: str, outcome: times.Outcome) -> bool:
    """Whether the answer has only added a time to those that were known."""
    if not isinstance(outcome, times.Repeats):
        return isinstance(outcome, times.Several)
    before = scene.read(known)
    return isinstance(before, times.Repeats) and any(
        len(after.times) > len(rule.times)
        for after in outcome.rules
        for rule in before.rules
    )


def _unled(said: str) -> str:
    """ "to call mum" after "remind me" is "call mum"."""
    leads = "|".join(phrases.words().answers["leads"])
    return re.sub(rf"^(?:{leads})\s+(?=\S)", "", said, flags=re.IGNORECASE)


def _words(scene: Scene, question: Question, body: str) -> str:
    """Words that are neither a command nor a courtesy; few, to name a reminder."""
    if commands.understand(scene, body) or wording.courtesy(body):
        return ""
    said = wording.tidied(body)
    if question["slot"] == "text":
        said = _unled(said)
    if question["slot"] == "scope":
        return said if scopes.read(said) else ""
    is_name = len(said.split()) <= LONGEST_NAME
    return said if question["slot"] == "text" or is_name else ""


INTERPRETER = Interpreter("question", order=40, read=read)
