"""The OpenAPI schema: what every operation can be refused with, and who may ask."""

import re
from copy import deepcopy
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from apps.core import once

_OURS = "/api/v1/"
# RFC 9457, and what ours has beside it (core/problems.py).
_PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "errors": {
            "type": "object",
            "description": "`bad_fields`: by field, what is wrong with it.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "acr": {
            "type": "string",
            "enum": ["aal1", "aal2"],
            "description": "`step_up`: prove the password, or a second factor.",
        },
        "max_age": {
            "type": "integer",
            "description": "`step_up`: seconds that such a proof is good for.",
        },
        "scope": {
            "type": "string",
            "description": "`insufficient_scope`: what a personal token would need.",
        },
        "parameter": {
            "type": "string",
            "description": "`unknown_choice`: the one that has none of its choices.",
        },
        "choices": {
            "type": "array",
            "items": {"type": "string"},
            "description": "`unknown_choice`: what it may be.",
        },
        "options": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Choice"},
            "description": "`unclear`: send one of these along.",
        },
    },
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "additionalProperties": True,
    "examples": [
        {
            "type": "/problems/not_found",
            "title": "Not Found",
            "status": 404,
            "detail": "There is nothing here.",
            "code": "not_found",
            "request_id": "0123456789abcdef0123456789abcdef",
            "instance": "/api/v1/notes/01a21553-ce68-7f91-be39-4c7a4254fa7e",
        }
    ],
}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    target_class = "apps.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class CookieScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    target_class = "apps.accounts.authentication.CookieAuthentication"
    name = "cookie"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


_REFERENCE = re.compile(r"#/components/([a-zA-Z]+)/([\w.-]+)")
# What any answer of ours may have (core/pace.py, core/request_ids.py).
_HEADERS = {
    "X-Request-ID": "In our logs it is known by this.",
    "RateLimit-Policy": "Each limit that was charged: `q` times in `w` seconds.",
    "RateLimit": "Of each, `r` is left, and there is more in `t` seconds.",
}


def with_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular, behind `sign_in_schema`: allauth's answers to mistakes
    have a shape of their own, and ours stands in it."""
    components = result.setdefault("components", {})
    shapes = components.setdefault("schemas", {})
    for name in _answered(result["paths"], shapes):
        if "properties" in shapes[name]:
            # Those that need not be sent are answered all the same.
            shapes[name]["required"] = sorted(shapes[name]["properties"])
    shapes["Problem"] = _PROBLEM
    components.setdefault("headers", {}).update(
        {
            name: {"description": words, "schema": {"type": "string"}}
            for name, words in _HEADERS.items()
        }
    )
    for path, operations in result["paths"].items():
        if not path.startswith((_OURS, "/api/auth/")):
            continue
        for verb, operation in operations.items():
            answers = operation["responses"]
            if _takes(operation, "If-None-Match"):
                answers["304"] = {"description": "It has not changed."}
            for status, words in _refusals(path, verb, operation).items():
                told = answers.setdefault(status, {"description": words})
                told["content"] = {**_problem(), **told.get("content", {})}
            if _takes(operation, "fields"):
                _leave_out(answers["200"], shapes)
            for status, told in answers.items():
                told.setdefault("headers", {}).update(_headers(status))
    _leave_out_unused(result)
    return result


def _leave_out_unused(result: dict[str, Any]) -> None:
    """What the package describes of operations that are not open here."""
    kinds = result["components"]
    used: set[tuple[str, str]] = set()
    found = set(_REFERENCE.findall(str(result["paths"])))
    while new := found - used:
        used |= new
        # Of a few addresses alone not all that is said of them is there.
        told = [kinds.get(kind, {}).get(name) for kind, name in new]
        found = set(_REFERENCE.findall(str(told)))
    for kind, shapes in kinds.items():
        if kind != "securitySchemes":
            kinds[kind] = {
                name: s for name, s in shapes.items() if (kind, name) in used
            }


def _answered(paths: dict[str, Any], shapes: dict[str, Any]) -> set[str]:
    """Names of the shapes that operations of ours answer with, and of their parts."""
    found: set[str] = set()
    waiting: list[Any] = [
        operation["responses"]
        for path, operations in paths.items()
        if path.startswith(_OURS)
        for operation in operations.values()
    ]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
            name = _name(part) if "$ref" in part else ""
            if name in shapes and name not in found:
                found.add(name)
                waiting.append(shapes[name])
    return found


def _refusals(path: str, verb: str, operation: dict[str, Any]) -> dict[str, str]:
    found = {
        "401": "Nobody is signed in, or a fresh proof is needed (`code`: `step_up`).",
        "403": "Not allowed, or the CSRF token is missing.",
        "429": "Too often; `Retry-After` says when to try again.",
        "503": "Not available right now; `Retry-After` says when to try again.",
    }
    if "requestBody" in operation or operation.get("parameters"):
        found["400"] = "Something that was sent does not fit; nothing was changed."
    if verb != "get" or "{" in path.removeprefix("/api/auth/{client}"):
        found["404"] = "There is no such thing of yours."
        found["409"] = "It does not go together with how things are now."
    if path.startswith("/api/auth/"):
        found["410"] = "What was begun is over, or the sign-in that was sent along."
    if _takes(operation, "If-Match"):
        found["412"] = "It has changed since it was read."
    if _takes(operation, once.HEADER):
        found["422"] = "The key was sent before, with another body."
    if verb != "get":
        found["413"] = "What was sent is too long."
        found["415"] = "What was sent is no JSON."
    return found


def _leave_out(answer: dict[str, Any], shapes: dict[str, Any]) -> None:
    """Where `fields` may be asked for, no field of a row has to be there: the rows are
    those of a shape of its own, in which none is required."""
    (content,) = answer["content"].values()
    whole = content["schema"]
    if "$ref" in whole:
        whole = content["schema"] = deepcopy(shapes[_name(whole)])
    rows = whole["items"] if "items" in whole else whole["properties"]["results"]
    rows = rows.get("items", rows)
    name = f"Sparse{_name(rows)}"
    shapes[name] = {**shapes[_name(rows)], "required": []}
    rows["$ref"] = f"#/components/schemas/{name}"


def _name(shape: dict[str, Any]) -> str:
    return str(shape["$ref"].rpartition("/")[2])


def _headers(status: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS
    }
    if status in ("429", "503"):
        words = "Seconds until the next try has a chance."
        found["Retry-After"] = {"description": words, "schema": {"type": "integer"}}
    return found


def _takes(operation: dict[str, Any], header: str) -> bool:
    asked = operation.get("parameters", [])
    return any(each.get("name") == header for each in asked)


def _problem() -> dict[str, Any]:
    shape = {"$ref": "#/components/schemas/Problem"}
    return {"application/problem+json": {"schema": shape}}
