"""Say where an account is connected: a page of the website, behind its sign-in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said
from apps.core import errors
from apps.integrations import cards


@dataclass(frozen=True)
class Arguments:
    provider: str = said("whose account: Google, Microsoft, Notion or YouTube")


def run(scene: Scene, arguments: Arguments) -> Result:
    called = phrases.words().answers["providers"]
    words = {*arguments.provider.casefold().split()}
    offered = [each.provider for each in cards.of(scene.user) if each.is_open]
    for provider in offered:
        if words & {provider.id, *called.get(provider.id, ())}:
            path = reverse("integrations:provider", args=[provider.id])
            url = f"{settings.PUBLIC_URL}{path}"
            return Result({"provider": provider.name, "url": url})
    names = ", ".join(each.name for each in offered)
    raise errors.NotFound(
        phrases.say("connect_which", names=names)
        if names
        else phrases.say("connect_none")
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("connect_here", provider=values["provider"], url=values["url"])


TOOL = Tool(
    name="connections.connect",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    examples=("connect google", "connect my notion account"),
)
