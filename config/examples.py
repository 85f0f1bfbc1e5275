"""The examples of the apps, in the schema."""

from copy import deepcopy
from typing import Any

from apps.core import example as shelf
from apps.core.example import Example

Json = dict[str, Any]


def with_examples(result: Json, **_: Any) -> Json:
    """A hook of drf-spectacular, behind all that add operations."""
    for example in shelf.every():
        operation = result["paths"].get(example.path, {}).get(example.verb)
        # What is no operation (any more) is told by tests/api.
        if operation is not None:
            _show(operation, example, result["components"])
    for path, operations in result["paths"].items():
        known = shelf.parameters(path)
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if parameter.get("in") == "path" and parameter["name"] in known:
                    parameter["example"] = _typed(parameter, known[parameter["name"]])
    return result


def status(operation: Json, example: Example) -> str:
    """What the example is answered with: unless it says so, by what the schema has first
    for what was done."""
    done = (each for each in sorted(operation["responses"]) if each < "300")
    return str(example.status or next(done))


def _show(operation: Json, example: Example, components: Json) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter.get("in") == "query" and parameter["name"] in example.query:
            parameter["example"] = _typed(parameter, example.query[parameter["name"]])
    if example.body is not None:
        operation["requestBody"] = asked = _apart(operation["requestBody"], components)
        for content in asked["content"].values():
            _put(content, example.body)
    if example.answer is not None:
        contents = operation["responses"][status(operation, example)]["content"]
        _put(next(iter(contents.values())), example.answer)


def _apart(body: Json, components: Json) -> Json:
    """Not shared with other operations."""
    name = body.get("$ref", "").rpartition("/")[2]
    found: Json = deepcopy(components["requestBodies"][name] if name else body)
    return found


def _typed(parameter: Json, said: str) -> str | int:
    """As the schema has it: a number is no text."""
    return int(said) if parameter["schema"].get("type") == "integer" else said


def _put(content: Json, value: Any) -> None:
    content.pop("examples", None)
    content["example"] = value
