"""A text without words: empty, or only a picture."""

from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.readings import Interpreter, Reading
from apps.sms.models import InboundText


def read(scene: Scene, text: InboundText) -> Reading | None:
    if text.body.strip():
        return None
    return Reading(say=phrases.say("media" if text.num_media else "nothing"))


INTERPRETER = Interpreter("blank", order=10, read=read, is_wordless=True)
