"""MORE: the rest of an answer that did not fit."""

from apps.assistant import phrases, wording
from apps.assistant.conversations import Scene
from apps.assistant.readings import Interpreter, Reading
from apps.sms.models import InboundText


def read(scene: Scene, text: InboundText) -> Reading | None:
    if wording.bare(text.body) not in phrases.words().answers["more"]:
        return None
    rest = scene.overflow
    # What still does not fit is kept again by the walk.
    scene.keep_overflow("")
    return Reading(say=rest or phrases.say("no_more"))


INTERPRETER = Interpreter("more", order=20, read=read)
