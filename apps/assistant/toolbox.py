"""What a tool is, and the shelf they stand on.

A tool declares; `gate` acts. One file in `tools/`, exporting TOOL, is a new tool.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from apps.assistant import phrases
from apps.assistant.models import Risk
from apps.core import errors, shelves

if TYPE_CHECKING:
    from apps.assistant.conversations import Scene
    from apps.assistant.needs import Need

A = TypeVar("A")
SHELF = "apps.assistant.tools"
# Nobody means them in words, and the database takes none of NUL and half a pair. The end
# of a line and a tab are words.
_NO_WORDS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Result:
    """What a tool did: values for its receipt (JSON), and how to take it back.

    Three values are known to the conversation as well: "shown" (public ids in the
    order they are listed), "focus" (the public id of what "it" now means), and "kind"
    (of what these are; without it they are reminders).
    """

    values: dict[str, Any] = field(default_factory=dict)
    undo: dict[str, Any] | None = None


@dataclass(frozen=True)
class Option:
    """One numbered answer: what it says and the arguments it stands for."""

    label: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Proposal:
    """What a tool will do once it is approved.

    `sentence` says it, without an end ("Send a mail to ana@x.com: Lunch"); `arguments`
    mean the same whenever they are read. `about` is whom it reaches, so that a person may
    say ALWAYS to that. `basis` is how the world is that it changes (JSON): where it is
    another one when the approval comes, nothing is done. `risk` is that of doing it.
    """

    sentence: str
    arguments: Mapping[str, str]
    about: str = ""
    basis: Mapping[str, Any] = field(default_factory=dict)
    risk: Risk = Risk.OUTWARD


class Ask(Exception):
    """Raised by a tool that needs an answer first. Nothing has happened.

    `slot` names the argument that a free answer fills in, if one can.
    """

    def __init__(
        self,
        sentence: str,
        *,
        arguments: Mapping[str, Any],
        slot: str = "",
        options: Sequence[Option] = (),
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.arguments = dict(arguments)
        self.slot = slot
        self.options = tuple(options)


@dataclass(frozen=True)
class Tool(Generic[A]):
    """A thing the assistant can do for one person.

    `run` touches only rows and accounts of `scene.user`, and raises AppError to refuse or
    Ask to ask. With `needs` it reaches a connected account, outside of any transaction.
    A tool that reaches others, or does what cannot be taken back, says with `propose`
    what it is going to do, and then waits for a yes. `receipt` says what happened from
    the result alone. `undo` takes the data that `run` left and returns the sentence that
    says so. `examples` are texts that
    reach this tool by the grammar alone; the first is shown in help.
    """

    name: str
    risk: Risk
    arguments: type[A]
    run: Callable[[Scene, A], Result]
    receipt: Callable[[Scene, Mapping[str, Any]], str]
    examples: tuple[str, ...]
    undo: Callable[[Scene, Mapping[str, Any]], str] | None = None
    # What the person's roles must hold; empty for a tool that touches only rows that
    # are theirs already.
    permission: str = ""
    # Tells nothing that was there before: also for a phone that may be another's by now.
    is_blind: bool = False
    # Name of the sentence added to the reply while the change can be taken back.
    hint: str = ""
    # Of whose accounts, and the call that they have to allow.
    needs: Need | None = None
    # None where it reaches nobody this time.
    propose: Callable[[Scene, A], Proposal | None] | None = None
    # Not in one transaction with its record, though it needs no account: it makes its own.
    is_apart: bool = False
    # Done twice under one handle, it is done once.
    is_repeatable: bool = True
    # Tells words of others, which may be meant to mislead a model.
    is_untrusted: bool = False

    # A model may call it; else only the person's own words do.
    by_model: bool = True

    @property
    def runs_apart(self) -> bool:
        return self.is_apart or self.needs is not None

    @property
    def title(self) -> str:
        title: str = phrases.words().tools[self.name]
        return title

    def parse(self, arguments: Mapping[str, Any]) -> A:
        """The arguments as the tool wants them; raises errors.Invalid."""
        fields = {each.name: each for each in dataclasses.fields(self._dataclass)}
        if not arguments.keys() <= fields.keys():
            raise errors.Invalid
        if not all(map(_is_words, arguments.values())):
            raise errors.Invalid
        return self.arguments(**arguments)

    def recordable(self, arguments: Mapping[str, Any]) -> dict[str, str]:
        """Those of the arguments that a record can hold, whoever made them up."""
        names = {each.name for each in dataclasses.fields(self._dataclass)}
        return {
            name: value
            for name, value in arguments.items()
            if name in names and _is_words(value)
        }

    def schema(self) -> dict[str, Any]:
        """JSON schema of the arguments; all are words, read by the tool itself."""
        fields = dataclasses.fields(self._dataclass)
        return {
            "type": "object",
            "properties": {
                each.name: {
                    "type": "string",
                    "description": each.metadata.get("means", ""),
                }
                for each in fields
            },
            "required": [
                each.name for each in fields if each.default is dataclasses.MISSING
            ],
            "additionalProperties": False,
        }

    @property
    def _dataclass(self) -> Any:
        return self.arguments


def said(means: str) -> Any:
    """An optional argument in the person's words; `means` describes it to a model."""
    return field(default="", metadata={"means": means})


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and not _NO_WORDS.search(value)


@dataclass(frozen=True)
class Nothing:
    """The arguments of a tool that takes none."""


def every() -> tuple[Tool[Any], ...]:
    """The whole shelf."""
    return shelves.collect(SHELF, "TOOL")


def named(name: str) -> Tool[Any]:
    """One tool; raises KeyError when it is not on the shelf (any more)."""
    return _by_name()[name]


@functools.cache
def _by_name() -> dict[str, Tool[Any]]:
    return {tool.name: tool for tool in every()}
