"""Being slow when the phone simulator asks for it, to show what a slow answer does."""

from apps.assistant.conversations import Scene
from apps.assistant.readings import Interpreter, Reading
from apps.sms import simulator
from apps.sms.models import InboundText


def read(scene: Scene, text: InboundText) -> Reading | None:
    if simulator.is_on() and not scene.is_rehearsed:
        simulator.pause(scene.turn.number)
    return None


INTERPRETER = Interpreter("drill", order=5, read=read, is_wordless=True)
