"""The snippets of `docs/spa.md`, in their order, and of the client's own page."""

import re
from pathlib import Path

from clients.generate import FOLDER

PAGE = Path(__file__).parent.parent.parent / "docs/spa.md"
README = FOLDER / "README.md"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(language: str, page: Path = PAGE) -> list[str]:
    found = _BLOCK.findall(page.read_text())
    return [body for said, body in found if said == language]


def languages() -> set[str]:
    return {said for said, _ in _BLOCK.findall(PAGE.read_text())}


def program(page: Path = PAGE) -> str:
    """All of TypeScript, as the one program that they are."""
    return "\n".join(blocks("ts", page))
