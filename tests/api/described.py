"""The schema, and whether an answer is what it says."""

import re
from functools import cache
from typing import Any

from django.test import Client
from jsonschema import Draft202012Validator

Json = dict[str, Any]
VERBS = frozenset({"get", "put", "patch", "post", "delete"})


@cache
def schema() -> Json:
    """As anybody gets it."""
    found: Json = Client().get("/api/schema/?format=json").json()
    return found


def operations() -> dict[str, Json]:
    """By verb and path, "get /api/v1/notes"."""
    return {
        f"{verb} {path}": operation
        for path, found in schema()["paths"].items()
        for verb, operation in found.items()
        if verb in VERBS
    }


def parameters(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def differs(operation: Json, answer: Any) -> str:
    """From what the operation says of that status; empty where it does not."""
    told = operation["responses"].get(str(answer.status_code))
    if told is None:
        return f"no such status: {answer.status_code}"
    if answer.streaming or not answer.content:
        return "" if answer.streaming or "content" not in told else "nothing is there"
    kind = answer["Content-Type"].partition(";")[0]
    if "*/*" in (content := told.get("content", {})):
        return ""
    shape = content.get(kind)
    if shape is None:
        return f"no such content: {kind}"
    return violations(shape, answer.json())


def violations(content: Json, value: Any) -> str:
    """Of what the schema says of this content; empty where there are none."""
    whole = {**content["schema"], "components": schema()["components"]}
    found = Draft202012Validator(whole).iter_errors(value)
    return "; ".join(error.message for error in found)
