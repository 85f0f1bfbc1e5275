"""A text that is no command as it stands, tried without the talk around it."""

import copy

from apps.assistant import commands, recollection, retries, wording
from apps.assistant.commands import Intent
from apps.assistant.conversations import Scene
from apps.assistant.interpreters import question
from apps.assistant.readings import Interpreter, Reading
from apps.sms.models import InboundText


def read(scene: Scene, text: InboundText) -> Reading | None:
    said = wording.tidied(text.body)
    if len(said) > retries.LONGEST:
        return None
    for each in retries.variants(said):
        if scene.question:
            shorter = copy.copy(text)
            shorter.body = each
            if reading := question.read(scene, shorter):
                return reading
        if intents := commands.understand(scene, each):
            return Reading(intents=tuple(intents))
    intents = retries.more(scene, said) or retries.behind(scene, text.body)
    if not intents and "?" in text.body and recollection.search(scene, said):
        intents = [Intent("memory.search", {"words": said})]
    return Reading(intents=tuple(intents)) if intents else None


INTERPRETER = Interpreter("again", order=65, read=read)
