"""The walk of a turn: texts, interpreters, the gate, one reply.

`answer` is the transport's SMS_ANSWERER. It runs outside any transaction and may run
again for the same turn after a crash: effects are then found done, by their keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from apps.assistant import (
    conversations,
    gate,
    lateness,
    menus,
    phrases,
    readings,
    toolbox,
)
from apps.assistant.conversations import Scene
from apps.assistant.models import ToolCall
from apps.assistant.readings import Interpreter, Reading
from apps.rbac import limits
from apps.sms import composer
from apps.sms.models import InboundText, Turn
from apps.sms.turns import Answer


def answer(turn: Turn, texts: Sequence[InboundText]) -> Answer:
    """One reply to all texts of a turn, and the step that keeps the conversation."""
    scene = conversations.enter(turn)
    with phrases.spoken_to(scene.user):
        return reply(scene, texts)


def reply(scene: Scene, texts: Sequence[InboundText]) -> Answer:
    """The same in a scene that is entered already, in the language that is spoken."""
    replies: list[str] = []
    trail: list[str] = []
    texts, first = lateness.parted(scene, texts)
    for text in texts:
        scene.replies = len(replies)
        # "In 30 minutes" counts from when it was said, however long it waited.
        scene.now = text.received_at
        reading, said = read(scene, text), ""
        if reading.is_thought:
            scene.was_thought = True
            reading, said = _thought(scene, text, reading)
        trail.append(_told(reading))
        if reading.answers is not None:
            # The person answered before we could ask.
            replies[reading.answers] = ""
        scene.count_miss(reading.misses)
        replies.append(said or _act(scene, text, reading))
    body, rest = _fitted(scene, first, replies)
    if rest:
        scene.keep_overflow(rest)
    # Our sentences, and words of the person that they quote.
    return Answer(
        body=body,
        settle=lambda: _settle(scene),
        trail=tuple(trail),
        is_literal=True,
    )


def _settle(scene: Scene) -> None:
    scene.save()
    if scene.was_thought:
        from apps.assistant.brain import summing

        summing.after(scene.turn)


def _fitted(scene: Scene, first: str, replies: list[str]) -> tuple[str, str]:
    """What is sent, `first` before all else, and the rest behind MORE.

    Where not all of it fits, an open question comes first and what is long last: an
    answer to a question nobody saw, or a change nobody heard of, would be worse than
    another order.
    """
    said = composer.literal("\n".join(filter(None, [first, *replies])))
    if scene.turn.is_web or composer.count(said).segments == 1:
        return said, ""
    parts = limits.of(scene.user).reply_segments
    body, rest = composer.fit(said, parts)
    if not rest:
        return body, rest

    def lateness(place: int) -> tuple[bool, bool]:
        is_long = composer.count(composer.literal(replies[place])).segments > 1
        return place != scene.opened_by, is_long

    order = sorted(range(len(replies)), key=lateness)
    said = "\n".join(filter(None, [first, *(replies[place] for place in order)]))
    return composer.fit(said, parts)


def _thought(scene: Scene, text: InboundText, reading: Reading) -> tuple[Reading, str]:
    """What a model says; or else what the interpreters after it make of the text."""
    from apps.assistant.brain import thinking

    try:
        answer = thinking.think(scene, text)
        return replace(reading, by=f"{reading.by} ({answer.how})"), answer.said
    except thinking.CannotThink as error:
        after = read(scene, text, after=reading.by)
        return replace(after, by=f"{after.by}, as {reading.by} could not: {error}"), ""


def read(scene: Scene, text: InboundText, *, after: str = "") -> Reading:
    """What the first interpreter that understands it makes of a text; of those `after`
    one, if it is named. What a person's own language has no words for, or that of the
    question that is open, is read in the others."""
    chain = readings.every()
    names = [each.name for each in chain]
    chain = chain[names.index(after) + 1 if after else 0 :]
    asked = scene.question.get("language") if scene.question else None
    with phrases.spoken_in(asked or phrases.language()):
        languages = phrases.tried()
    first = [each for each in chain if not each.is_last]
    for language in languages:
        with phrases.spoken_in(language):
            if (reading := _read(scene, text, first)) is not None:
                return replace(reading, language=language)
        first = [each for each in first if not each.is_wordless]
    reading = _read(scene, text, [each for each in chain if each.is_last])
    return reading or Reading(say=phrases.say("unsure"), by="nobody")


def _read(
    scene: Scene, text: InboundText, chain: Sequence[Interpreter]
) -> Reading | None:
    for interpreter in chain:
        if (reading := interpreter.read(scene, text)) is not None:
            return replace(reading, by=interpreter.name)
    return None


def _told(reading: Reading) -> str:
    tools = ", ".join(intent.tool for intent in reading.intents)
    return f"By {reading.by}: {tools or 'words only'}."


def _act(scene: Scene, text: InboundText, reading: Reading) -> str:
    if not reading.intents:
        return reading.say
    with phrases.spoken_in(reading.language or phrases.language()):
        return "\n".join(_done(scene, text, reading))


def _done(scene: Scene, text: InboundText, reading: Reading) -> Iterator[str]:
    for number, intent in enumerate(reading.intents):
        key = f"{text.pk}:{number}"
        try:
            call = gate.call(
                scene, tool=intent.tool, arguments=intent.arguments, key=key
            )
        except toolbox.Ask as ask:
            scene.ask(intent.tool, ask)
            yield menus.numbered(ask.sentence, [option.label for option in ask.options])
        else:
            scene.remember(call.result)
            if call.state == ToolCall.State.WAITING:
                # A bare "yes" from now on is about this.
                scene.close()
            if call.state == ToolCall.State.DONE:
                scene.move_on(call.risk)
            yield _receipt(scene, call)


def _receipt(scene: Scene, call: ToolCall) -> str:
    hint = toolbox.named(call.tool).hint
    if not hint or call.undo is None:
        return call.receipt
    return f"{call.receipt} {phrases.say(hint)}"
