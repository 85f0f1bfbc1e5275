"""Videos to find, channels people follow, their playlists, whoever has them.

for library in videos.of(user):
    library.search("sourdough")
"""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from apps.accounts.models import User
from apps.core.errors import Invalid
from apps.integrations import facets
from apps.integrations.facets import Facet

MOST_FOUND, MOST_LISTED = 10, 200


@dataclass(frozen=True)
class Video:
    id: str
    title: str
    channel: str
    about: str
    published_at: datetime | None
    link: str


@dataclass(frozen=True)
class Channel:
    id: str
    title: str
    link: str


@dataclass(frozen=True)
class Playlist:
    id: str
    title: str
    count: int
    link: str


class Library(Facet):
    def search(self, words: str, *, most: int = 5) -> list[Video]:
        """The best first; the same words lead to the same answer for a day.

        Raises Invalid, day_budgets.Spent where the provider's searches of the day are
        used up, and what `Client.call` does.
        """
        words = " ".join(words.split())
        if not words or len(words) > 200:
            raise Invalid(gettext("Say in a few words what to look for."))
        return self._search(words)[: max(1, min(most, MOST_FOUND))]

    def subscriptions(self, *, most: int = 50) -> list[Channel]:
        """Channels that the person follows. Raises what `Client.call` does."""
        return self._subscriptions(max(1, min(most, MOST_LISTED)))

    def playlists(self, *, most: int = 50) -> list[Playlist]:
        """Their own. Raises what `Client.call` does."""
        return self._playlists(max(1, min(most, MOST_LISTED)))

    def add(self, *, playlist_id: str, video_id: str) -> None:
        """A video at the end of a playlist. After OutcomeUnknown it may be there; nobody
        tries again by themselves.

        Raises NotFound, and what `Client.call` does.
        """
        self._add(playlist_id, video_id)

    @abstractmethod
    def _search(self, words: str) -> list[Video]: ...

    @abstractmethod
    def _subscriptions(self, most: int) -> list[Channel]: ...

    @abstractmethod
    def _playlists(self, most: int) -> list[Playlist]: ...

    @abstractmethod
    def _add(self, playlist_id: str, video_id: str) -> None: ...


def of(user: User) -> list[Library]:
    """A person's libraries where something works; `can` says what."""
    return facets.of(user, Library)  # type: ignore[type-abstract]  # its kinds
