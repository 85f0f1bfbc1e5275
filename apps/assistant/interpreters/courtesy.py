"""Thanks, hello and the like: a short calm answer, no menu."""

from apps.assistant import phrases, wording
from apps.assistant.conversations import Scene
from apps.assistant.readings import Interpreter, Reading
from apps.sms.models import InboundText


def read(scene: Scene, text: InboundText) -> Reading | None:
    if not wording.bare(text.body) and "?" not in text.body:
        # Only signs, such as a thumb up.
        return Reading(say=phrases.say("fine"))
    key = wording.courtesy(text.body)
    return Reading(say=phrases.say(key)) if key else None


INTERPRETER = Interpreter("courtesy", order=50, read=read)
