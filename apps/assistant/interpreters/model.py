"""A language model, for what no command is: where one is set up, and not switched off."""

from apps.assistant import features
from apps.assistant.brain import endpoint
from apps.assistant.conversations import Scene
from apps.assistant.readings import Interpreter, Reading
from apps.sms.models import InboundText


def read(scene: Scene, text: InboundText) -> Reading | None:
    if scene.is_rehearsed or not endpoint.is_set():
        return None
    if not features.is_on(scene.user, "model"):
        return None
    return Reading(is_thought=True)


INTERPRETER = Interpreter("model", order=70, read=read, is_last=True)
