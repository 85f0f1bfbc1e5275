"""Add a video to a playlist of YouTube, once the person said yes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import elsewhere, library, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Proposal, Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("number of the video on the list last shown")
    playlist: str = said("the name of the playlist")


def propose(scene: Scene, arguments: Arguments) -> Proposal:
    given = asdict(arguments)
    side, video, title = library.the_video(scene, arguments.target)
    mark = library.mark(side, video, title)
    given["target"] = f"{elsewhere.BY_MARK}{mark}"
    playlist = library.the_playlist(side, arguments.playlist, given)
    says = phrases.say(
        "video_proposed", title=short(title), playlist=short(playlist.title)
    )
    settled = {**given, "playlist": playlist.title}
    return Proposal(says, settled, about=playlist.title[:200])


def run(scene: Scene, arguments: Arguments) -> Result:
    side, video, title = library.the_video(scene, arguments.target)
    playlist = library.the_playlist(side, arguments.playlist, asdict(arguments))
    side.add(playlist_id=playlist.id, video_id=video)
    return Result({"title": title, "playlist": playlist.title})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say(
        "video_added",
        title=short(values["title"]),
        playlist=short(values["playlist"]),
    )


TOOL = Tool(
    name="videos.add",
    risk=Risk.OUTWARD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    propose=propose,
    needs=library.ADD,
    is_repeatable=False,
    is_untrusted=True,
    examples=("add video 2 to playlist Later",),
)
