"""YouTube: its search, and what a person follows and collects.

https://developers.google.com/youtube/v3/docs

All of the product has 100 searches a day
(https://developers.google.com/youtube/v3/determine_quota_cost), so they are shared out,
and equal ones are answered from what was found before.
"""

from dataclasses import astuple
from functools import partial

from django.core.cache import cache
from django.utils.crypto import salted_hmac

from apps.core.errors import Unavailable
from apps.integrations import day_budgets, plain_text, tokens
from apps.integrations.answers import NotThere, Thing, UsedUp
from apps.integrations.capability import Capability
from apps.integrations.client import Query
from apps.integrations.day_budgets import Budget
from apps.integrations.videos import MOST_FOUND, Channel, Library, Playlist, Video

SEARCHES = Budget(
    provider="youtube",
    name="search",
    over="All YouTube searches of today are used up. Try again tomorrow.",
    over_for_you="Your share of today’s YouTube searches is used up. Try again tomorrow.",
    a_day=100,
    at_least=5,
    zone="America/Los_Angeles",
)
_V3 = "https://youtube.googleapis.com/youtube/v3"
_can = partial(Capability, "youtube")
_DAY = 24 * 60 * 60
_PAGE = 50


class YouTubeVideos(Library):
    capabilities = (
        _can("video.search", "videos.read", "GET", f"{_V3}/search"),
        _can("subscription.list", "videos.read", "GET", f"{_V3}/subscriptions"),
        _can("playlist.list", "videos.read", "GET", f"{_V3}/playlists"),
        _can(
            "playlist.add",
            "playlists.write",
            "POST",
            f"{_V3}/playlistItems",
            is_write=True,
            is_repeatable=False,
        ),
    )

    def _search(self, words: str) -> list[Video]:
        search, key = self.ask("video.search"), _key(words)
        if (known := cache.get(key)) is not None:
            return [Video(*each) for each in known]
        day_budgets.take(SEARCHES, self.connection.user)
        query: Query = {
            "part": "snippet",
            "type": "video",
            "q": words,
            "maxResults": MOST_FOUND,
        }
        try:
            told = search.call(query=query)
        except UsedUp:
            day_budgets.use_up(SEARCHES)
            raise
        except (tokens.NotUsable, Unavailable, NotThere):
            # It was asked nothing.
            day_budgets.give_back(SEARCHES, self.connection.user)
            raise
        rows = search.listed(told, "items")
        found = [each for raw in rows if (each := _video(raw))]
        cache.set(key, [astuple(each) for each in found], timeout=_DAY)
        return found

    def _subscriptions(self, most: int) -> list[Channel]:
        query: Query = {"part": "snippet", "mine": "true", "order": "alphabetical"}
        rows = self._listed("subscription.list", query, most)
        return [each for raw in rows if (each := _channel(raw))]

    def _playlists(self, most: int) -> list[Playlist]:
        query: Query = {"part": "snippet,contentDetails", "mine": "true"}
        rows = self._listed("playlist.list", query, most)
        return [each for raw in rows if (each := _playlist(raw))]

    def _listed(self, name: str, query: Query, most: int) -> list[Thing]:
        found = list[Thing]()
        sized: Query = {**query, "maxResults": min(most, _PAGE)}
        asked = self.ask(name)
        for page in asked.pages(query=sized):
            found += asked.listed(page, "items")
            if len(found) >= most:
                break
        return found[:most]

    def _add(self, playlist_id: str, video_id: str) -> None:
        video = {"kind": "youtube#video", "videoId": video_id}
        body = {"snippet": {"playlistId": playlist_id, "resourceId": video}}
        self.ask("playlist.add").call(query={"part": "snippet"}, body=body)


FACET = YouTubeVideos


def _key(words: str) -> str:
    """The same for equal searches; whoever reads it does not learn the words."""
    digest = salted_hmac("youtube.search", words.casefold(), algorithm="sha256")
    return f"youtube.search:{digest.hexdigest()}"


def _video(raw: Thing) -> Video | None:
    name, snippet = _inside(raw, "id").get("videoId"), _inside(raw, "snippet")
    if not isinstance(name, str):
        return None
    return Video(
        id=plain_text.line(name),
        title=_words(snippet, "title"),
        channel=_words(snippet, "channelTitle"),
        about=_words(snippet, "description"),
        published_at=plain_text.moment(snippet.get("publishedAt")),
        link=plain_text.link(f"https://www.youtube.com/watch?v={name}"),
    )


def _channel(raw: Thing) -> Channel | None:
    snippet = _inside(raw, "snippet")
    name = _inside(snippet, "resourceId").get("channelId")
    if not isinstance(name, str):
        return None
    link = plain_text.link(f"https://www.youtube.com/channel/{name}")
    return Channel(plain_text.line(name), plain_text.line(snippet.get("title")), link)


def _playlist(raw: Thing) -> Playlist | None:
    name, snippet = raw.get("id"), _inside(raw, "snippet")
    if not isinstance(name, str):
        return None
    count = _inside(raw, "contentDetails").get("itemCount")
    return Playlist(
        id=plain_text.line(name),
        title=plain_text.line(snippet.get("title")),
        count=count if isinstance(count, int) else 0,
        link=plain_text.link(f"https://www.youtube.com/playlist?list={name}"),
    )


def _inside(raw: Thing, name: str) -> Thing:
    found = raw.get(name)
    return found if isinstance(found, dict) else {}


def _words(snippet: Thing, name: str) -> str:
    """Its search writes them as HTML."""
    return plain_text.line(plain_text.unescaped(str(snippet.get(name) or "")))
