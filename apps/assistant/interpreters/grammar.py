"""The commands of the language, fully understood."""

from apps.assistant import commands
from apps.assistant.conversations import Scene
from apps.assistant.readings import Interpreter, Reading
from apps.sms.models import InboundText


def read(scene: Scene, text: InboundText) -> Reading | None:
    intents = commands.understand(scene, text.body)
    return Reading(intents=tuple(intents)) if intents else None


INTERPRETER = Interpreter("grammar", order=60, read=read)
