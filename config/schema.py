"""The OpenAPI schema: our own views, and those of allauth's API that are open here."""

import re
from importlib.resources import files
from typing import Any

import yaml
from allauth.headless.spec.internal import schema as allauths
from django.urls import Resolver404, resolve
from drf_spectacular.extensions import OpenApiAuthenticationExtension

_CLIENTS = ("app", "browser")
_PLACE = "/api/auth"
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


def with_sign_in(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular. The package describes its own API in a file."""
    described = yaml.safe_load(
        files("allauth.headless.spec").joinpath("doc/openapi.yaml").read_bytes()
    )
    for fill in (
        allauths.specify_user,
        allauths.specify_signup_fields,
        allauths.specify_custom_signup_form,
    ):
        fill(described)
    for path, operations in described["paths"].items():
        here = path.replace("/_allauth", _PLACE)
        if any(_is_open(here.replace("{client}", client)) for client in _CLIENTS):
            result["paths"][here] = _named(here, operations)
    for kind, found in described["components"].items():
        result.setdefault("components", {}).setdefault(kind, {}).update(found)
    return result


def with_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: what every operation of ours can be refused with."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    for path, operations in result["paths"].items():
        if not path.startswith(_OURS):
            continue
        for operation in operations.values():
            answers = operation["responses"]
            for status, words in _refusals(path, operation).items():
                answers.setdefault(status, _problem(words))
    return result


def _refusals(path: str, operation: dict[str, Any]) -> dict[str, str]:
    found = {
        "401": "Nobody is signed in, or a fresh proof is needed (`code`: `step_up`).",
        "403": "Not allowed, or the CSRF token is missing.",
        "429": "Too often; `Retry-After` says when to try again.",
        "503": "Not available right now.",
    }
    if "requestBody" in operation or operation.get("parameters"):
        found["400"] = "Something that was sent does not fit; nothing was changed."
    if "{" in path:
        found["404"] = "There is no such thing of yours."
    if "requestBody" in operation:
        found["409"] = "It has changed in the meantime."
    return found


def _problem(words: str) -> dict[str, Any]:
    shape = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": words,
        "content": {"application/problem+json": {"schema": shape}},
    }


def _named(path: str, operations: dict[str, Any]) -> dict[str, Any]:
    """Programs that are made from the schema call their functions so."""
    place = re.sub(r"\W+", "_", path.partition("/v1/")[2])
    for verb, operation in operations.items():
        operation.setdefault("operationId", f"auth_{place}_{verb}")
    return operations


def _is_open(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
