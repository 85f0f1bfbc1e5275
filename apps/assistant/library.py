"""Videos and playlists of connected accounts: which one is meant."""

from __future__ import annotations

from apps.assistant import elsewhere, phrases
from apps.assistant.conversations import Scene
from apps.assistant.needs import Need
from apps.assistant.targets import short
from apps.assistant.toolbox import Ask, Option
from apps.core import errors
from apps.integrations.videos import Library, Playlist

VIDEOS = "videos"
SEARCH = Need("connect_videos", Library, "video.search")
FOLLOWED = Need("connect_videos", Library, "subscription.list")
PLAYLISTS = Need("connect_videos", Library, "playlist.list")
ADD = Need("connect_videos", Library, "playlist.add")
# With a link each, what two texts hold.
MOST_FOUND = 3
MOST_LISTED, MOST_CHOICES = 20, 3


def mark(side: Library, video: str, title: str) -> str:
    """The title is in it: a video that was listed is known by that."""
    return elsewhere.mark(side, f"{video} {title}"[:200])


def the_video(scene: Scene, said: str) -> tuple[Library, str, str]:
    """Of those listed last: where to add it, its id and its title. Raises
    errors.NotFound."""
    found = elsewhere.numbered(scene, VIDEOS, said)
    if not found:
        raise errors.NotFound(phrases.say("which_video"))
    side, thing = elsewhere.find(scene, ADD, found)
    video, _, title = thing.partition(" ")
    return side, video, title


def the_playlist(side: Library, said: str, given: dict[str, str]) -> Playlist:
    """One of their own, by its name or how that begins. Raises errors.NotFound, or Ask
    where several begin so."""
    rows, wanted = side.playlists(), said.casefold()
    same = [each for each in rows if each.title.casefold() == wanted]
    found = same[:1] or [
        each for each in rows if wanted and wanted in each.title.casefold()
    ]
    if not found:
        raise errors.NotFound(phrases.say("no_playlist", name=short(said)))
    if len(found) > 1:
        options = [
            Option(short(each.title), {**given, "playlist": each.title})
            for each in found[:MOST_CHOICES]
        ]
        raise Ask(phrases.say("which_one"), arguments=given, options=options)
    return found[0]
