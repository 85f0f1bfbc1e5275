"""What people say and what the assistant answers, one folder of TOML a language."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Any

DEFAULT = "en"


@functools.cache
def page(name: str, language: str = DEFAULT) -> dict[str, Any]:
    """One page of a language: "times", "commands" or "replies"."""
    source = resources.files(__package__).joinpath(language, f"{name}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def say(key: str, /, **values: object) -> str:
    """The sentence kept under `key` on the replies page, its places filled."""
    sentence: str = page("replies")["say"][key]
    return sentence.format(**values)
