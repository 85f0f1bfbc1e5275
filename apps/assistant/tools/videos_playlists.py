"""Show the person's playlists on YouTube."""

from collections.abc import Mapping
from typing import Any

from apps.assistant import library, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Nothing, Result, Tool


def run(scene: Scene, arguments: Nothing) -> Result:
    sides = library.PLAYLISTS.met_by(scene.user)
    found = [
        [each.title, each.count]
        for side in sides
        for each in side.playlists(most=library.MOST_LISTED)
    ]
    return Result({"lists": found})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["lists"]:
        return phrases.say("no_playlists")
    said = [f"{title} ({count})" for title, count in values["lists"]]
    return phrases.say("playlists", titles=", ".join(said))


TOOL = Tool(
    name="videos.playlists",
    risk=Risk.READ,
    arguments=Nothing,
    run=run,
    receipt=receipt,
    needs=library.PLAYLISTS,
    is_untrusted=True,
    examples=("my playlists",),
)
