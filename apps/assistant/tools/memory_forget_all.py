"""Forget all facts for good, once the person said yes to it."""

from collections.abc import Mapping
from typing import Any

from apps.assistant import memory, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Fact, Risk
from apps.assistant.toolbox import Nothing, Proposal, Result, Tool
from apps.core import errors


def propose(scene: Scene, arguments: Nothing) -> Proposal:
    count = Fact.objects.owned_by(scene.user).kept().count()
    if not count:
        raise errors.NotFound(phrases.say("no_facts"))
    return Proposal(phrases.say("forget_all", count=count), {})


def run(scene: Scene, arguments: Nothing) -> Result:
    return Result({"count": memory.forget_all(user=scene.user)})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("forgot_all", count=values["count"])


TOOL = Tool(
    name="memory.forget_all",
    risk=Risk.DESTRUCTIVE,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    propose=propose,
    examples=("forget everything about me",),
)
