"""Make a page in Notion, once the person said yes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import elsewhere, pages, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Proposal, Result, Tool, said
from apps.core import errors


@dataclass(frozen=True)
class Arguments:
    title: str = said("the title of the new page")
    text: str = said("what stands on it, or nothing")


def propose(scene: Scene, arguments: Arguments) -> Proposal:
    given = asdict(arguments)
    if not arguments.title.strip():
        raise errors.Invalid(phrases.say("page_what"))
    label = pages.CREATE.met_by(scene.user)[0].connection.label
    key = "page_proposed" if arguments.text else "page_proposed_plain"
    says = phrases.say(key, title=arguments.title, text=arguments.text, workspace=label)
    return Proposal(says, given, about=label)


def run(scene: Scene, arguments: Arguments) -> Result:
    notebook = pages.CREATE.met_by(scene.user)[0]
    made = notebook.create(title=arguments.title, text=arguments.text)
    page = pages.Found(notebook, made.id, pages.title(made))
    values = elsewhere.spoken_of(scene, pages.PAGES, page.mark)
    return Result({**values, "title": page.title, "link": made.link})


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("page_made", title=short(values["title"]))


TOOL = Tool(
    name="pages.create",
    risk=Risk.OUTWARD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    propose=propose,
    needs=pages.CREATE,
    is_repeatable=False,
    examples=("new notion page Trip: pack the tent",),
)
