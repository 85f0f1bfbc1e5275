"""The snippets of `docs/spa.md`, in their order."""

import re
from pathlib import Path

PAGE = Path(__file__).parent.parent.parent / "docs/spa.md"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(language: str) -> list[str]:
    return [body for said, body in _BLOCK.findall(PAGE.read_text()) if said == language]


def languages() -> set[str]:
    return {said for said, _ in _BLOCK.findall(PAGE.read_text())}


def program() -> str:
    """All of TypeScript, as the one program that they are."""
    return "\n".join(blocks("ts"))
