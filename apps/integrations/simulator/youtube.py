"""YouTube: search within its day's budget, subscriptions, playlists.

https://developers.google.com/youtube/v3/docs
"""

import hashlib
import secrets
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from apps.integrations.simulator import demo
from apps.integrations.simulator.google import AUTH, SHAPES, etag, project, stop
from apps.integrations.simulator.messages import Answer
from apps.integrations.simulator.pages import BadCursor, cut
from apps.integrations.simulator.routes import ROUTES, Call
from apps.integrations.simulator.state import Thing
from apps.integrations.simulator.things import Things

_WRITE = (f"{AUTH}youtube", f"{AUTH}youtube.force-ssl")
_READ = (*_WRITE, f"{AUTH}youtube.readonly")
_LONG_AGO = "2024-03-01T12:00:00Z"
_PACIFIC = ZoneInfo("America/Los_Angeles")  # where its days begin


@ROUTES.api("GET", "/youtube/v3/search", SHAPES, "google", *_READ)
def search(call: Call) -> Answer:
    _part(call)
    _charge(call)
    words = call.request.q("q").lower().split()
    found = [
        _video(*each)
        for each in demo.VIDEOS
        if all(word in " ".join(each).lower() for word in words)
    ]
    results = [
        {
            "kind": "youtube#searchResult",
            "etag": video["etag"],
            "id": {"kind": "youtube#video", "videoId": video["id"]},
            "snippet": video["snippet"],
        }
        for video in found
    ]
    return _listed(call, "youtube#searchListResponse", results)


@ROUTES.api("GET", "/youtube/v3/subscriptions", SHAPES, "google", *_READ)
def subscriptions(call: Call) -> Answer:
    _part(call)
    _mine(call)
    rows = [
        {
            "kind": "youtube#subscription",
            "id": _key("subscription", call.person.address, name),
            "snippet": {
                "publishedAt": _LONG_AGO,
                "title": name,
                "description": "",
                "resourceId": {
                    "kind": "youtube#channel",
                    "channelId": _key("channel", name),
                },
                "channelId": _key("channel", call.person.address),
                "thumbnails": {},
            },
        }
        for name in demo.CHANNELS
    ]
    return _listed(call, "youtube#subscriptionListResponse", rows)


@ROUTES.api("GET", "/youtube/v3/playlists", SHAPES, "google", *_READ)
def playlists(call: Call) -> Answer:
    _part(call)
    _mine(call)
    rows = []
    for playlist in _playlists(call):
        held = [
            each
            for each in _items(call).all()
            if each["snippet"]["playlistId"] == playlist["id"]
        ]
        rows.append(playlist | {"contentDetails": {"itemCount": len(held)}})
    return _listed(call, "youtube#playlistListResponse", rows)


@ROUTES.api("GET", "/youtube/v3/channels", SHAPES, "google", *_READ)
def channels(call: Call) -> Answer:
    _part(call)
    _mine(call)
    snippet = {"title": call.person.name, "publishedAt": _LONG_AGO}
    row = {"kind": "youtube#channel", "id": _key("channel", call.person.address)}
    return _listed(call, "youtube#channelListResponse", [row | {"snippet": snippet}])


@ROUTES.api("GET", "/youtube/v3/playlistItems", SHAPES, "google", *_READ)
def playlist_items(call: Call) -> Answer:
    _part(call)
    playlist = _playlist(call, call.request.q("playlistId"))
    rows = [
        each
        for each in _items(call).all()
        if each["snippet"]["playlistId"] == playlist["id"]
    ]
    return _listed(call, "youtube#playlistItemListResponse", rows)


@ROUTES.api("POST", "/youtube/v3/playlistItems", SHAPES, "google", *_WRITE)
def add_to_playlist(call: Call) -> Answer:
    _part(call)
    snippet = call.request.json().get("snippet", {})
    playlist = _playlist(call, str(snippet.get("playlistId", "")))
    wanted = snippet.get("resourceId", {}).get("videoId")
    video = next(
        (
            each
            for each in (_video(*one) for one in demo.VIDEOS)
            if each["id"] == wanted
        ),
        None,
    )
    if video is None:
        raise stop(404, "videoNotFound", "Video not found.", "NOT_FOUND")
    things = _items(call)
    held = [
        each for each in things.all() if each["snippet"]["playlistId"] == playlist["id"]
    ]
    now = datetime.fromtimestamp(call.state.now(), UTC)
    made = {
        "kind": "youtube#playlistItem",
        "etag": etag((playlist["id"], wanted)),
        "id": secrets.token_urlsafe(24),
        "snippet": {
            "publishedAt": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "title": video["snippet"]["title"],
            "description": video["snippet"]["description"],
            "playlistId": playlist["id"],
            "position": len(held),
            "resourceId": {"kind": "youtube#video", "videoId": wanted},
        },
    }
    return Answer(200, things.put(made))


def _charge(call: Call) -> None:
    """100 searches a day for each project, whoever asks."""
    day = datetime.fromtimestamp(call.state.now(), _PACIFIC).date()
    name = f"searches:{project(call.token['client'])}:{day}"
    done = call.state.kept.counts.get(name, 0)
    if done >= call.state.settings.searches:
        words = "The request cannot be completed because you have exceeded your quota."
        raise stop(403, "quotaExceeded", words)
    call.state.kept.counts[name] = done + 1


def _part(call: Call) -> None:
    if not call.request.q("part"):
        words = "No filter selected. Expected one of: part"
        raise stop(400, "missingRequiredParameter", words)


def _mine(call: Call) -> None:
    if call.request.q("mine") != "true":
        words = "No filter selected. Expected one of: mine, id, channelId"
        raise stop(400, "missingRequiredParameter", words)


def _listed(call: Call, kind: str, rows: list[Thing]) -> Answer:
    asked, size = call.request.number("maxResults", 5), call.state.settings.page_size
    token = call.request.q("pageToken")
    try:
        page = cut(rows, cursor=token, asked=asked, most=size, what=kind)
    except BadCursor as bad:
        words = "The request specifies an invalid page token."
        raise stop(400, "invalidPageToken", words) from bad
    said: Thing = {"kind": kind, "etag": etag(rows), "items": page.items}
    said["pageInfo"] = {"totalResults": len(rows), "resultsPerPage": len(page.items)}
    return Answer(200, said | ({"nextPageToken": page.next} if page.next else {}))


def _video(title: str, channel: str, description: str) -> Thing:
    name = _key("video", title)[:11]
    snippet = {
        "publishedAt": _LONG_AGO,
        "channelId": _key("channel", channel),
        "title": title,
        "description": description,
        "channelTitle": channel,
        "thumbnails": {
            "default": {"url": f"https://i.ytimg.com/vi/{name}/default.jpg"}
        },
        "liveBroadcastContent": "none",
    }
    return {"id": name, "etag": etag(name), "snippet": snippet}


def _playlists(call: Call) -> list[Thing]:
    return [
        {
            "kind": "youtube#playlist",
            "id": "PL" + _key("playlist", call.person.address, title),
            "snippet": {
                "publishedAt": _LONG_AGO,
                "channelId": _key("channel", call.person.address),
                "title": title,
                "description": "",
            },
        }
        for title in demo.PLAYLISTS
    ]


def _playlist(call: Call, name: str) -> Thing:
    for playlist in _playlists(call):
        if playlist["id"] == name:
            return playlist
    words = "The playlist identified with the request's playlistId cannot be found."
    raise stop(404, "playlistNotFound", words, "NOT_FOUND")


def _items(call: Call) -> Things:
    return Things(call.state, "playlist-items", call.person.address, [])


def _key(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:22]
