"""How much of a reminder that repeats is meant: one of it or all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.assistant import phrases, wording
from apps.assistant.conversations import Scene
from apps.assistant.models import Reminder
from apps.assistant.targets import BY_ID, short
from apps.assistant.times import spoken
from apps.assistant.toolbox import Ask, Option

ONE = "one"
ALL = "all"


def read(words: str) -> str:
    """ONE or ALL as the words say; "" when they say neither."""
    said, answers = wording.bare(words), phrases.words().answers
    if said == ONE or said in answers["only_one"]:
        return ONE
    return ALL if said == ALL or said in answers["all"] else ""


def of(
    scene: Scene, reminder: Reminder, arguments: Mapping[str, Any], at: datetime
) -> str:
    """ONE or ALL as `arguments["scope"]` says; raises Ask when it does not. `at` is
    when the one comes, or came, that is meant if it is one."""
    if scope := read(arguments["scope"]):
        return scope
    settled = {**arguments, "target": f"{BY_ID}{reminder.public_id}"}
    time = spoken.full(at, scene.zone, now=scene.now, hours=scene.hours)
    raise Ask(
        phrases.say("which_of_it", text=short(reminder.text)),
        arguments=settled,
        slot="scope",
        options=[
            Option(phrases.say("only_one", time=time), {**settled, "scope": ONE}),
            Option(phrases.say("all_of_it"), {**settled, "scope": ALL}),
        ],
    )
