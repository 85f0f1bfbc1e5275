"""Find videos on YouTube."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import library, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    words: str = said("what to look for, in a few words")


def run(scene: Scene, arguments: Arguments) -> Result:
    side = library.SEARCH.met_by(scene.user)[0]
    found = side.search(arguments.words, most=library.MOST_FOUND)
    return Result(
        {
            "kind": library.VIDEOS,
            "shown": [library.mark(side, each.id, each.title) for each in found],
            "words": arguments.words,
            "lines": [[each.title, each.channel, each.link] for each in found],
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["lines"]:
        return phrases.say("no_videos", words=short(values["words"]))
    return "\n".join(
        phrases.say(
            "video_line",
            number=number,
            title=short(title),
            channel=short(channel),
            link=link,
        )
        for number, (title, channel, link) in enumerate(values["lines"], start=1)
    )


TOOL = Tool(
    name="videos.search",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    needs=library.SEARCH,
    is_untrusted=True,
    examples=("youtube sourdough", "find videos about knots"),
)
