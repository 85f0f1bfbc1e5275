"""A free answer to the question that is open."""

from apps.assistant import commands, menus, phrases, times
from apps.assistant.commands import Intent
from apps.assistant.conversations import Question, Scene
from apps.assistant.readings import Interpreter, Reading
from apps.sms.models import InboundText

# Who names a reminder says little: more words are about something else.
LONGEST_NAME = 3


def read(scene: Scene, text: InboundText) -> Reading | None:
    question = scene.question
    if not question:
        return None
    if menus.drops(text.body):
        return Reading(say=phrases.say("dropped"), answers=scene.close())
    if question["slot"] == "when":
        said = _time(scene, question, text.body)
    else:
        said = _words(scene, question, text.body)
    if not said:
        return None
    arguments = {**question["arguments"], question["slot"]: said}
    return Reading(
        intents=(Intent(question["tool"], arguments),), answers=scene.close()
    )


def _time(scene: Scene, question: Question, body: str) -> str:
    """The time in the answer, with what the question already knew of it.

    "next friday 5pm" answered by "4 dec" is the fourth; "today" answered by "at 3"
    is today at 3.
    """
    said = commands.tidied(body)
    known = question["arguments"].get("when", "")
    for phrase in (f"{known} {said}".strip(), said):
        outcome = times.read(phrase, now=scene.now, zone=scene.zone)
        if not isinstance(outcome, times.Missing):
            return phrase
    return ""


def _words(scene: Scene, question: Question, body: str) -> str:
    """Words that are neither a command nor a courtesy; few, to name a reminder."""
    if commands.understand(scene, body) or commands.courtesy(body):
        return ""
    said = commands.tidied(body)
    is_name = len(said.split()) <= LONGEST_NAME
    return said if question["slot"] == "text" or is_name else ""


INTERPRETER = Interpreter(order=40, read=read)
