"""Read a page of Notion out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import elsewhere, pages, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said

# Ten texts of MORE: who reads on does so at a screen.
LONGEST = 1_500


@dataclass(frozen=True)
class Arguments:
    target: str = said("its number on the list last shown, or words of its title")


def run(scene: Scene, arguments: Arguments) -> Result:
    page = pages.the_page(scene, arguments.target, pages.READ, asdict(arguments))
    lines = page.notebook.read(page.id).splitlines()
    text = "\n".join(line.strip() for line in lines if line.strip())
    return Result(
        {
            **elsewhere.spoken_of(scene, pages.PAGES, page.mark),
            "title": page.title,
            "text": text[:LONGEST].rstrip(),
            "is_cut": len(text) > LONGEST,
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    key = "page_read_cut" if values["is_cut"] else "page_read"
    key = key if values["text"] else "page_empty"
    return phrases.say(key, title=values["title"], text=values["text"])


TOOL = Tool(
    name="pages.read",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    needs=pages.READ,
    is_untrusted=True,
    examples=("read page 1", "read the notion page packing"),
)
