"""Find pages of Notion by words of their titles, or show those edited last."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import pages, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    words: str = said("words of the title; nothing for those edited last")


def run(scene: Scene, arguments: Arguments) -> Result:
    found = pages.find(scene, arguments.words)
    return Result(
        {
            "kind": pages.PAGES,
            "shown": [each.mark for each in found],
            "words": arguments.words,
            "titles": [each.title for each in found],
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["titles"]:
        key = "no_page_about" if values["words"] else "no_pages"
        return phrases.say(key, words=short(values["words"]))
    lines = [
        phrases.say("page_line", number=number, title=short(title))
        for number, title in enumerate(values["titles"], start=1)
    ]
    return "\n".join([phrases.say("pages_head"), *lines])


TOOL = Tool(
    name="pages.search",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    needs=pages.SEARCH,
    is_untrusted=True,
    examples=("notion pages", "search notion for lisbon"),
)
