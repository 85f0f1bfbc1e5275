"""The answer to a numbered menu."""

from apps.assistant import menus, phrases, wording
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
    if number is None and (every := _all_of(scene, text)):
        return Reading(intents=every, answers=scene.close())
    if menus.agrees(text.body) and number is None:
        # Yes to which?
        number = 0
    if number is None and not scene.question and _is_all(text, len(menu)):
        # Not of these: one of them is meant.
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


def _all_of(scene: Scene, text: InboundText) -> tuple[Intent, ...]:
    """ "Both", of things that differ in which is meant, and that can be taken back."""
    words, menu = phrases.words().answers["both"], scene.menu
    if not _is_all(text, len(menu)):
        return ()
    rests = [{**each["arguments"], "tool": each["tool"], "target": ""} for each in menu]
    if any(rest != rests[0] for rest in rests) or rests[0]["tool"] not in words["of"]:
        return ()
    return tuple(Intent(each["tool"], each["arguments"]) for each in menu)


def _is_all(text: InboundText, count: int) -> bool:
    words, said = phrases.words().answers["both"], wording.bare(text.body)
    return said in words["many"] or (said in words["two"] and count == 2)


def _no_menu(scene: Scene, text: InboundText) -> Reading | None:
    """A lone number when nothing is asked: nothing to guess from."""
    if scene.question or menus.picked(text.body, 0) is None:
        return None
    return Reading(say=phrases.say("no_menu"))


INTERPRETER = Interpreter("menu", order=30, read=read)
