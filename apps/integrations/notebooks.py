"""Pages that people keep notes on, whoever keeps the pages.

for notebook in notebooks.of(user):
    notebook.search("lisbon")
"""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.core.errors import AppError, Invalid, OutsideFailure
from apps.integrations import facets
from apps.integrations.facets import Facet

MOST_PAGES = 50
MOST_TITLE, MOST_TEXT, MOST_LINES = 300, 50_000, 100
# Of one that is read.
MOST_READ = 20_000


@dataclass(frozen=True)
class Page:
    id: str
    title: str
    link: str = ""
    edited_at: datetime | None = None


class Unfinished(OutsideFailure):
    """The page was made, and its text may not be on it."""

    code = "page_unfinished"

    def __init__(self, page: Page) -> None:
        words = f"The page “{page.title}” was made, but maybe not its text."
        super().__init__(words, permanent=True)
        self.page = page


class Notebook(Facet):
    def search(self, words: str = "", *, most: int = 10) -> list[Page]:
        """Pages with these words in their title, edited last first; without any, all.

        Raises what `Client.call` does.
        """
        words = " ".join(words.split())[:200]
        return self._search(words, max(1, min(most, MOST_PAGES)))

    def read(self, page_id: str) -> str:
        """Its text. Raises NotFound, and what `Client.call` does."""
        return self._read(page_id)

    def create(self, *, title: str, text: str = "", under: str = "") -> Page:
        """A new page, below another one or by itself. After OutcomeUnknown there may be
        one; nobody tries again by themselves.

        Raises Invalid, Unfinished, and what `Client.call` does.
        """
        title = " ".join(title.split())
        if not title or len(title) > MOST_TITLE:
            raise Invalid(f"A page has a title of {MOST_TITLE} characters at most.")
        _insist_on_size(text)
        page = self._create(title, under)
        if text.strip():
            try:
                self._append(page.id, text)
            except AppError as error:
                raise Unfinished(page) from error
        return page

    def append(self, page_id: str, text: str) -> None:
        """Paragraphs at its end, one a line. After OutcomeUnknown they may be there.

        Raises Invalid, NotFound, and what `Client.call` does.
        """
        if not text.strip():
            raise Invalid("There is nothing to write down.")
        _insist_on_size(text)
        self._append(page_id, text)

    @abstractmethod
    def _search(self, words: str, most: int) -> list[Page]: ...

    @abstractmethod
    def _read(self, page_id: str) -> str: ...

    @abstractmethod
    def _create(self, title: str, under: str) -> Page: ...

    @abstractmethod
    def _append(self, page_id: str, text: str) -> None: ...


def of(user: User) -> list[Notebook]:
    """A person's notebooks where something works; `can` says what."""
    return facets.of(user, Notebook)  # type: ignore[type-abstract]  # its kinds


def _insist_on_size(text: str) -> None:
    if len(text) > MOST_TEXT or len(text.splitlines()) > MOST_LINES:
        raise Invalid(
            f"That is too long: {MOST_LINES} lines, {MOST_TEXT:,} characters at most."
        )
