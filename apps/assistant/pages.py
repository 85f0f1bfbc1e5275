"""Pages of connected notebooks: what is found, which one is meant."""

from __future__ import annotations

from dataclasses import dataclass

from apps.assistant import elsewhere, phrases
from apps.assistant.conversations import Scene
from apps.assistant.needs import Need
from apps.assistant.targets import short
from apps.assistant.toolbox import Ask, Option
from apps.core import errors
from apps.integrations.notebooks import Notebook, Page

PAGES = "pages"
SEARCH = Need("connect_pages", Notebook, "page.search")
READ = Need("connect_pages", Notebook, "page.read")
CREATE = Need("connect_pages", Notebook, "page.create")
APPEND = Need("connect_pages", Notebook, "page.append")
MOST_SHOWN, MOST_CHOICES = 8, 3


@dataclass(frozen=True)
class Found:
    notebook: Notebook
    id: str
    title: str

    @property
    def mark(self) -> str:
        """Its title is in it: what is listed is known by that."""
        return elsewhere.mark(self.notebook, f"{self.id} {self.title}"[:200])


def find(scene: Scene, words: str) -> list[Found]:
    """Those with the words in their title, edited last first."""
    found = [
        (page, Found(notebook, page.id, title(page)))
        for notebook in SEARCH.met_by(scene.user)
        for page in notebook.search(words, most=MOST_SHOWN)
    ]
    found.sort(key=_edited, reverse=True)
    return [each for _, each in found[:MOST_SHOWN]]


def the_page(scene: Scene, said: str, need: Need, given: dict[str, str]) -> Found:
    """The one that is meant: its number, "it", or words of its title. Raises
    errors.NotFound, or Ask where several are."""
    if mark := elsewhere.numbered(scene, PAGES, said):
        notebook, thing = elsewhere.find(scene, need, mark)
        name, _, known = thing.partition(" ")
        return Found(notebook, name, known)
    found = find(scene, said) if said else []
    same = [each for each in found if each.title.casefold() == said.casefold()]
    found = same[:1] or found
    if not found:
        key = "no_page_about" if said else "which_page"
        raise errors.NotFound(phrases.say(key, words=short(said)))
    if len(found) > 1:
        options = [
            Option(
                short(each.title),
                {**given, "target": f"{elsewhere.BY_MARK}{each.mark}"},
            )
            for each in found[:MOST_CHOICES]
        ]
        raise Ask(phrases.say("which_one"), arguments=given, options=options)
    # In an account that allows it.
    elsewhere.find(scene, need, found[0].mark)
    return found[0]


def title(page: Page) -> str:
    return page.title or phrases.say("page_no_title")


def _edited(found: tuple[Page, Found]) -> float:
    at = found[0].edited_at
    return at.timestamp() if at else 0.0
