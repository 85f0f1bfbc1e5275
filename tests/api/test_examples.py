"""Each example of the schema, sent to the server as it stands: what comes back is what
it says."""

import json
import re
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

import pytest

from apps.accounts.models import User
from apps.core import example as shelf
from apps.core.example import Example
from config.examples import status
from tests.api import described, operated, rows
from tests.api.app import App
from tests.api.before import BEFORE, Stage, Swaps
from tests.integrations.servers import Simulator
from tests.mfa.conftest import ALICE, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(providers: Simulator) -> Stage:
    return Stage(person("alice@example.com", ALICE), providers)


def test_every_operation_has_one() -> None:
    known = {f"{each.verb} {each.path}": each for each in shelf.every()}
    missing = described.operations().keys() - known.keys()
    assert not missing, "Add them to the examples.py beside their views"
    assert known.keys() <= described.operations().keys()
    for name, operation in described.operations().items():
        example = known[name]
        assert ("requestBody" in operation) == (example.body is not None), name
        told = operation["responses"][status(operation, example)]
        assert ("content" in told) == (example.answer is not None), name


def test_each_is_shown_where_it_belongs_and_is_what_the_schema_says() -> None:
    for example in shelf.every():
        operation = described.schema()["paths"][example.path][example.verb]
        if example.body is not None:
            (content,) = operation["requestBody"]["content"].values()
            assert content["example"] == example.body
            assert described.violations(content, example.body) == "", example.asked
        asked = [e for e in operation.get("parameters", ()) if e.get("in") == "query"]
        shown = {e["name"]: str(e["example"]) for e in asked if "example" in e}
        assert shown == example.query, example.asked
        if example.answer is not None:
            told = operation["responses"][status(operation, example)]
            content = next(iter(told["content"].values()))
            assert content["example"] == example.answer
            assert described.violations(content, example.answer) == "", example.asked


def test_an_address_is_shown_with_what_it_names() -> None:
    (parameter,) = [
        each
        for each in described.schema()["paths"]["/api/v1/notes/{public_id}"]["get"][
            "parameters"
        ]
        if each["in"] == "path"
    ]
    assert parameter["example"] in {each.value for each in shelf.ids()}


def test_what_is_put_in_is_not_searched() -> None:
    swaps = {"MEUCIQDx": "aMgb", "Mg": "OTk"}
    assert _swapped('["MEUCIQDx", "Mg"]', swaps) == '["aMgb", "OTk"]'


@pytest.mark.parametrize("example", shelf.every(), ids=attrgetter("asked"))
def test_each_is_answered_as_it_says(example: Example, stage: Stage) -> None:
    operation = described.operations()[f"{example.verb} {example.path}"]
    answer = _asked(example, stage)
    said = "" if answer.streaming else answer.content.decode(errors="replace")
    assert str(answer.status_code) == status(operation, example), said
    assert described.differs(operation, answer) == "", said
    if answer.streaming:
        assert b"".join(answer.streaming_content)
    elif isinstance(example.answer, str):
        assert said
    elif example.answer is not None:
        assert shape(example.answer, answer.json()) == "", said


def _asked(example: Example, stage: Stage) -> Any:
    path = example.path
    if rows.is_for_operators(path):
        stage.app = App(operated.operator())
    named = shelf.parameters(path) | {"client": "app"}
    swaps = _rows(example, stage.alice)
    if before := BEFORE.get(example.asked):
        swaps |= before(stage)
    for parameter in described.parameters(path):
        assert parameter in named, f"examples.py names no {parameter} of {path}"
        path = path.replace(f"{{{parameter}}}", named[parameter])
    body = None if example.body is None else json.dumps(example.body)
    if example.query:
        path += f"?{urlencode(example.query)}"
    path, body = _swapped(path, swaps), _swapped(body, swaps)
    sent = None if body is None else json.loads(body)
    return stage.app.ask(example.verb, path, sent, **stage.headers)


def _rows(example: Example, alice: User) -> Swaps:
    """Of what the example names, in its address and in its body, or lists: each is made,
    and has another id than the example's."""
    path = example.path
    found: Swaps = {}
    known = rows.OPERATED if rows.is_for_operators(path) else rows.ROWS
    below = [e for e in known if e.rpartition("/")[0] == path and e[-1] == "}"]
    for place in below if example.verb == "get" else ():
        found |= _swaps(place, known[place](alice))
    if not found and (make := rows.of(path)):
        found |= _swaps(path, make(alice))
    sent = json.dumps(example.body)
    for each in shelf.ids():
        if each.path in known and each.value in sent and each.value not in found:
            found |= _swaps(each.path, known[each.path](alice))
    return found


def _swaps(place: str, made: operated.Names) -> Swaps:
    named = shelf.parameters(place)
    return {named[name]: value for name, value in made.items() if name in named}


def _swapped(text: Any, swaps: Swaps) -> Any:
    """At once: what is put in is not searched, or the short name of one thing would be
    found, now and then, within the signature of another."""
    if not (text and swaps):
        return text
    either = "|".join(map(re.escape, sorted(swaps, key=len, reverse=True)))
    return re.sub(either, lambda found: swaps[found[0]], text)


def shape(told: Any, found: Any, at: str = "$") -> str:
    """Where the answer has other keys than the example, or a list that is empty in one
    of them alone; empty where they are alike."""
    if isinstance(told, dict) and isinstance(found, dict):
        if told.keys() != found.keys():
            return f"{at}: {sorted(told.keys() ^ found.keys())} is in one of them alone"
        parts = [shape(told[name], found[name], f"{at}.{name}") for name in told]
        return next(filter(None, parts), "")
    if isinstance(told, list) and isinstance(found, list):
        if bool(told) != bool(found):
            return f"{at}: {told} is {found}"
        parts = [_any_shape(told, each, f"{at}[{i}]") for i, each in enumerate(found)]
        return next(filter(None, parts), "")
    if isinstance(told, (dict, list)) != isinstance(found, (dict, list)):
        return f"{at}: {told} is {found}"
    return ""


def _any_shape(several: list[Any], found: Any, at: str) -> str:
    """Rows may differ: one of the example's has to fit."""
    parts = [shape(each, found, at) for each in several]
    return "" if "" in parts else parts[0]
