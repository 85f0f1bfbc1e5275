"""Add to a page of Notion, once the person said yes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import elsewhere, pages, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Ask, Proposal, Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    target: str = said("the page: its number on the list last shown, or its title")
    text: str = said("what to add at its end")


def propose(scene: Scene, arguments: Arguments) -> Proposal:
    given = asdict(arguments)
    page = pages.the_page(scene, arguments.target, pages.APPEND, given)
    settled = {**given, "target": f"{elsewhere.BY_MARK}{page.mark}"}
    if not arguments.text.strip():
        raise Ask(phrases.say("page_add_what"), arguments=settled, slot="text")
    says = phrases.say(
        "page_append_proposed", title=short(page.title), text=arguments.text
    )
    return Proposal(says, settled, about=page.notebook.connection.label)


def run(scene: Scene, arguments: Arguments) -> Result:
    page = pages.the_page(scene, arguments.target, pages.APPEND, asdict(arguments))
    page.notebook.append(page.id, arguments.text)
    values = elsewhere.spoken_of(scene, pages.PAGES, page.mark)
    return Result({**values, "title": page.title, "added": arguments.text})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say(
        "page_added", title=short(values["title"]), added=short(values["added"])
    )


TOOL = Tool(
    name="pages.append",
    risk=Risk.OUTWARD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    propose=propose,
    needs=pages.APPEND,
    is_repeatable=False,
    is_untrusted=True,
    examples=("add to notion page 1: two torches",),
)
