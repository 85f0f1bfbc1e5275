"""The last word on a text nobody understood: the three nearest commands, numbered."""

import difflib
from collections.abc import Iterator

from apps.assistant import commands, menus, moments, phrases, reminders, times, wording
from apps.assistant.conversations import MenuOption, Scene
from apps.assistant.readings import Interpreter, Reading
from apps.assistant.targets import short
from apps.sms.models import InboundText

MOST = 3
# How like a word of the grammar a word must be to be its typing error.
LIKENESS = 0.7
# Typing errors are looked for in the words that name the command.
LOOKED_AT = 3
LONGEST_TIME = 4


def read(scene: Scene, text: InboundText) -> Reading | None:
    if _is_unreadable_time(scene, text.body):
        misses = not times.split(wording.tidied(text.body)).phrase
        if not misses or not _has_missed(scene):
            again = menus.escapable(phrases.say("not_a_time"))
            return Reading(say=again, misses=misses)
        scene.close()
    options: list[MenuOption] = []
    for option in _options(scene, wording.tidied(text.body)):
        if option["label"] not in [known["label"] for known in options]:
            options.append(option)
    scene.offer(options[:MOST])
    labels = [option["label"] for option in options[:MOST]]
    return Reading(say=menus.numbered(phrases.say("unsure"), labels))


def _is_unreadable_time(scene: Scene, body: str) -> bool:
    """A short answer to "when?" that no clock knows: the question stays open."""
    question = scene.question
    is_short = len(body.split()) <= LONGEST_TIME
    return question is not None and question["slot"] == "when" and is_short


def _has_missed(scene: Scene) -> bool:
    """Whether the text before was no answer either: then it is no attempt at one."""
    return bool(scene.question and scene.question.get("misses", 0))


def _options(scene: Scene, said: str) -> Iterator[MenuOption]:
    repaired = list(_repaired(scene, said))
    yield from repaired or _reminder(scene, said)
    if len(said) <= reminders.LONGEST_TEXT:
        label = phrases.say("suggest_note")
        yield MenuOption(label=label, tool="notes.add", arguments={"text": said})
    yield MenuOption(label=phrases.say("suggest_help"), tool="help", arguments={})


def _repaired(scene: Scene, said: str) -> Iterator[MenuOption]:
    """The command it would be with the likeliest typing errors put right."""
    typed = said.split()
    for count in range(1, LOOKED_AT + 1):
        guess = " ".join([*map(_nearest, typed[:count]), *typed[count:]])
        if guess == said:
            continue
        if intents := commands.understand(scene, guess):
            intent = intents[0]
            yield MenuOption(
                label=short(guess), tool=intent.tool, arguments=intent.arguments
            )
            return


def _nearest(word: str) -> str:
    known, plain = commands.words(), phrases.folded(word)
    if plain in known:
        return word
    return next(iter(difflib.get_close_matches(plain, known, 1, LIKENESS)), word)


def _reminder(scene: Scene, said: str) -> Iterator[MenuOption]:
    """The text itself as a reminder, so that nothing said is lost."""
    split = times.split(said)
    text = split.rest or said
    if len(text) > reminders.LONGEST_TEXT:
        return
    when = moments.kept(scene, split.phrase) if split.rest else ""
    shown = f"{short(text)}, {split.phrase}" if when else short(text)
    yield MenuOption(
        label=phrases.say("suggest_remind", text=shown),
        tool="reminders.create",
        arguments={"text": text, "when": when},
    )


INTERPRETER = Interpreter("suggest", order=90, read=read, is_last=True)
