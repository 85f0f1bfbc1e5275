"""More than one command in a text, each of them whole."""

from apps.assistant import retries
from apps.assistant.conversations import Scene
from apps.assistant.readings import Interpreter, Reading
from apps.sms.models import InboundText


def read(scene: Scene, text: InboundText) -> Reading | None:
    intents = retries.several(scene, text.body)
    return Reading(intents=tuple(intents)) if len(intents) > 1 else None


INTERPRETER = Interpreter("several", order=55, read=read)
