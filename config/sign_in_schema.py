"""The OpenAPI schema of signing in: allauth's own description of its API, as far as it
is open here, put right where ours differs."""

import re
from copy import deepcopy
from importlib.resources import files
from typing import Any

import yaml
from allauth.headless.spec.internal import schema as allauths
from django.urls import Resolver404, resolve

from apps.mfa import factor

_CLIENTS = ("app", "browser")
_PLACE = "/api/auth"
# An app's token, a browser's cookie, or nobody yet.
_SECURITY: list[dict[str, list[str]]] = [{"token": []}, {"cookie": []}, {}]
_FLOWS = [
    "login",
    "signup",
    "verify_email",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "reauthenticate",
]
_SESSION_TOKEN = {"$ref": "#/components/parameters/SessionToken"}
_TEXT, _EMAIL = {"type": "string"}, {"$ref": "#/components/schemas/Email"}


def with_sign_in(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular. The package describes its own API in a file."""
    described = yaml.safe_load(
        files("allauth.headless.spec").joinpath("doc/openapi.yaml").read_bytes()
    )
    for fill in (
        allauths.specify_user,
        allauths.specify_signup_fields,
        allauths.specify_custom_signup_form,
        _specify_what_is_ours,
    ):
        fill(described)
    for path, operations in described["paths"].items():
        here = path.replace("/_allauth", _PLACE)
        if any(_is_open(here.replace("{client}", client)) for client in _CLIENTS):
            result["paths"][here] = _told(here, operations, described["components"])
    for kind, found in described["components"].items():
        result.setdefault("components", {}).setdefault(kind, {}).update(found)
    return result


def _specify_what_is_ours(described: dict[str, Any]) -> None:
    shapes, paths = described["components"]["schemas"], described["paths"]
    shapes["BaseAuthenticationMeta"]["properties"] |= {
        "refresh_token": {**_TEXT, "description": "Of an app that is signed in."},
        "expires_in": {"type": "integer", "description": "Seconds."},
    }
    shapes["Flow"]["properties"]["id"]["enum"] = _FLOWS
    is_in = shapes["AuthenticationMeta"]["allOf"][1]["properties"]["is_authenticated"]
    is_in["type"] = ["boolean", "null"]
    # What the package has for it is of OpenAPI 3.0, and says nothing in 3.1.
    shapes["OptionalTimestamp"] = {"type": ["number", "null"]}
    # A password that is proved again looks like two of them.
    methods = shapes["AuthenticationMethod"]
    methods["anyOf"] = methods.pop("oneOf")
    shapes["Login"] = _object(email=_EMAIL, password=_TEXT)
    shapes["MFAAuthenticate"] = {
        "type": "object",
        "description": "Without `code`: text one. Without `factor` the code goes to the"
        " first that it looks like.",
        "properties": {
            "factor": {**_TEXT, "enum": [f.id for f in factor.every() if f.is_typed]},
            "code": {**_TEXT, "maxLength": 40, "examples": ["123456"]},
        },
    }
    one = _object(id=_TEXT, name=_TEXT, is_sent={"type": "boolean"})
    factors = {"type": "array", "items": one}
    known = _object(status={"const": 200}, data=_object(factors=factors))
    for place in ("authenticate", "reauthenticate"):
        operations = paths[f"/_allauth/{{client}}/v1/auth/2fa/{place}"]
        asked = operations["post"]
        operations["get"] = {
            "summary": "What can be proved",
            "tags": asked["tags"],
            "parameters": asked["parameters"],
            "responses": {
                "200": _json("What the person has set up.", known),
                "401": {"$ref": "#/components/responses/Authentication"},
            },
        }
    refreshed = paths["/_allauth/app/v1/tokens/refresh"]["post"]
    refreshed["description"] = (
        "A new pair; the old refresh token is over. Sent again within ten seconds, it"
        " is answered with the same pair."
    )
    answered = _looked_up(refreshed["responses"]["200"], described["components"])
    (content,) = answered["content"].values()
    pair = content["schema"]["properties"]["data"]
    pair["required"] = list(pair["properties"])
    changed = paths["/_allauth/{client}/v1/account/password/change"]["post"]
    done = {"$ref": "#/components/schemas/AuthenticatedResponse"}
    changed["responses"]["200"] = _json(
        "Changed. An app gets a new pair in `meta`; all other sign-ins are over.", done
    )


def _told(
    path: str, operations: dict[str, Any], components: dict[str, Any]
) -> dict[str, Any]:
    """With names for the functions of programs that are made from the schema, and with
    its answers written out, so that more can stand beside them."""
    place = re.sub(r"\W+", "_", path.partition("/v1/")[2])
    for verb, operation in operations.items():
        operation.setdefault("operationId", f"auth_{place}_{verb}")
        operation["security"] = _SECURITY
        operation["responses"] = {
            status: deepcopy(_looked_up(answer, components))
            for status, answer in operation["responses"].items()
        }
        if _SESSION_TOKEN in operation.get("parameters", ()):
            _tell_who_is_not_in(operation["responses"], components)
        if "requestBody" in operation:
            mistakes = deepcopy(components["responses"]["Error"])
            operation["responses"].setdefault("400", mistakes)
        for status, answer in operation["responses"].items():
            if status >= "400":
                _as_problem(answer)
    return operations


def _tell_who_is_not_in(answers: dict[str, Any], components: dict[str, Any]) -> None:
    """Which the package has of some operations only: nobody is signed in, the proof is
    too old, or what was begun is over."""
    gone = components["responses"]["SessionGone"]
    answers.setdefault("410", deepcopy(gone))
    told = answers.setdefault("401", {"description": "Not signed in, or not freshly."})
    content = told.setdefault("content", {}).setdefault("application/json", {})
    content["schema"] = {
        "anyOf": [_shape("Authentication"), _shape("Reauthentication")]
    }


def _as_problem(answer: dict[str, Any]) -> None:
    """With what the package says beside it."""
    content = answer.get("content", {})
    if told := content.pop("application/json", None):
        either = [told["schema"], {"$ref": "#/components/schemas/Problem"}]
        content["application/problem+json"] = {**told, "schema": {"anyOf": either}}


def _shape(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}Response"}


def _looked_up(answer: dict[str, Any], components: dict[str, Any]) -> Any:
    name = answer.get("$ref", "").rpartition("/")[2]
    return components["responses"][name] if name else answer


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


def _json(words: str, shape: dict[str, Any]) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": shape}}}


def _is_open(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
