"""The answer to a numbered menu."""

from apps.assistant import menus, phrases
from apps.assistant.commands import Intent
from apps.assistant.conversations import Scene
from apps.assistant.readings import Interpreter, Reading
from apps.sms.models import InboundText


def read(scene: Scene, text: InboundText) -> Reading | None:
    menu = scene.menu
    if not menu:
        return _no_menu(scene, text)
    if menus.drops(text.body):
        return Reading(say=phrases.say("dropped"), answers=scene.close())
    number = menus.picked(text.body, len(menu))
    if menus.agrees(text.body) and number is None:
        # Yes to which?
        number = 0
    if number is None:
        return None
    if not 1 <= number <= len(menu):
        key = "pick" if len(menu) > 1 else "pick_one"
        return Reading(say=phrases.say(key, count=len(menu)))
    chosen = menu[number - 1]
    return Reading(
        intents=(Intent(chosen["tool"], chosen["arguments"]),), answers=scene.close()
    )


def _no_menu(scene: Scene, text: InboundText) -> Reading | None:
    """A lone number when nothing is asked: nothing to guess from."""
    if scene.question or menus.picked(text.body, 0) is None:
        return None
    return Reading(say=phrases.say("no_menu"))


INTERPRETER = Interpreter("menu", order=30, read=read)
