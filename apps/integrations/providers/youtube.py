"""YouTube: what you follow and collect. A Google account, and a client of its own.

Its search has 100 calls a day for the whole product
(https://developers.google.com/youtube/v3/determine_quota_cost).
"""

from apps.integrations.provider import Feature, Provider
from apps.integrations.providers._google import COMMON, SCOPE

PROVIDER = Provider(
    id="youtube",
    name="YouTube",
    words="Videos to find, channels you follow, your playlists.",
    icon="circle-play",
    hosts=("youtube.googleapis.com", "www.googleapis.com"),
    features=(
        Feature(
            "videos.read",
            "Search, and see what you follow",
            "Searches videos, and reads your subscriptions and playlists.",
            (f"{SCOPE}youtube.readonly",),
            is_suggested=True,
        ),
        Feature(
            "playlists.write",
            "Add to your playlists",
            "Adds videos to a playlist of yours when you ask for it. YouTube grants "
            "this only together with managing your account’s videos.",
            (f"{SCOPE}youtube.force-ssl",),
            is_write=True,
        ),
    ),
    implies={f"{SCOPE}youtube.force-ssl": (f"{SCOPE}youtube.readonly",)},
    **COMMON,
)
