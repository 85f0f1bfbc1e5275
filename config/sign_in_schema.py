"""The OpenAPI schema of signing in: allauth's own description of its API, as far as it
is open here, put right where ours differs."""

import re
from copy import deepcopy
from importlib.resources import files
from typing import Any

import yaml
from allauth.headless.spec.internal import schema as allauths
from django.urls import Resolver404, resolve

from apps.mfa import examples, factor

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
_REFUSED = {
    "401": "Nobody is signed in, or not freshly.",
    "404": "That signs nobody in.",
    "409": "Somebody is signed in.",
}
_SECONDS = {"type": "integer", "description": "Seconds."}
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
        "expires_in": _SECONDS,
    }
    shapes["Flow"]["properties"]["id"]["enum"] = _FLOWS
    is_in = shapes["AuthenticationMeta"]["allOf"][1]["properties"]["is_authenticated"]
    is_in["type"] = ["boolean", "null"]
    # What the package has for it is of OpenAPI 3.0, and says nothing in 3.1.
    shapes["OptionalTimestamp"] = {"type": ["number", "null"]}
    shapes["AuthenticatorID"] = {**_TEXT, "maxLength": 64}
    kinds = shapes["AuthenticatorType"]["enum"]
    kinds += [each.id for each in factor.every() if each.id not in kinds]
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
    _specify_accounts_elsewhere(paths)
    _specify_lost_factors(paths)
    kept = paths["/_allauth/{client}/v1/account/authenticators/webauthn"]
    for verb in ("put", "delete"):
        kept[verb]["responses"]["404"] = {"description": "There is none of that id."}
    kept["delete"]["responses"]["409"] = {
        "description": "It is the last factor of somebody who needs one: nothing is"
        " removed."
    }
    _name_passkeys(described)
    # The package has there what it asks of one that exists.
    options = shapes["WebAuthnCredentialCreationOptions"]["properties"]
    del options["creation_options"]["example"]
    refreshed = paths["/_allauth/app/v1/tokens/refresh"]["post"]
    refreshed["description"] = (
        "A new pair; the old refresh token is over. Sent again within ten seconds, it"
        " is answered with the same pair."
    )
    answered = _looked_up(refreshed["responses"]["200"], described["components"])
    (content,) = answered["content"].values()
    pair = content["schema"]["properties"]["data"]
    pair["properties"]["expires_in"] = _SECONDS
    pair["required"] = list(pair["properties"])
    changed = paths["/_allauth/{client}/v1/account/password/change"]["post"]
    done = {"$ref": "#/components/schemas/AuthenticatedResponse"}
    changed["responses"]["200"] = _json(
        "Changed. An app gets a new pair in `meta`; all other sign-ins are over.", done
    )


def _specify_accounts_elsewhere(paths: dict[str, Any]) -> None:
    """The package's own leads the browser away itself, by a form."""
    back = {
        **_TEXT,
        "maxLength": 300,
        "description": "A path of this site to come back to, with `error` in its query"
        " if it failed.",
    }
    asked = _object(
        provider={**_TEXT, "maxLength": 20},
        process={**_TEXT, "enum": ["login", "connect", "reauthenticate"]},
    )
    asked["properties"]["back"] = back
    address = _object(authorize_url={**_TEXT, "format": "uri"})
    led = _object(status={"const": 200}, data=address)
    begun = paths["/_allauth/browser/v1/auth/provider/redirect"]["post"]
    begun |= {
        "summary": "Sign in with an account elsewhere",
        "description": "The address to lead this very browser to; it comes back only"
        " with the cookie of this answer. `login` for nobody who is in, `connect`"
        " (after a fresh proof) so that it signs them in from now on,"
        " `reauthenticate` as a fresh proof.",
        "parameters": [],
        "requestBody": {"required": True, **_content(asked)},
        "responses": {"200": _json("Where to.", led)}
        | {status: {"description": words} for status, words in _REFUSED.items()},
    }
    linked = paths["/_allauth/{client}/v1/account/providers"]
    linked["delete"]["responses"] |= {
        "404": {"description": _REFUSED["404"]},
        "409": {"description": "It is the only way in."},
    }


def _specify_lost_factors(paths: dict[str, Any]) -> None:
    asked = paths["/_allauth/{client}/v1/auth/2fa/authenticate"]["post"]
    at = {"type": ["string", "null"], "format": "date-time"}
    told = _object(status={"const": 200}, data=_object(factors_go_at=at))
    both = {
        "tags": asked["tags"],
        "parameters": asked["parameters"],
        "responses": {
            "200": _json("When they go, if somebody said that all are lost.", told),
            "401": {"$ref": "#/components/responses/Authentication"},
            "409": {"description": _REFUSED["409"]},
        },
    }
    paths["/_allauth/{client}/v1/auth/2fa/lost"] = {
        "get": {"summary": "Whether all factors are lost", **deepcopy(both)},
        "post": {
            "summary": "Say that all factors are lost",
            "description": "After the password, while the second step is pending. Told"
            " to every address and phone of the account, each with a way to stop it."
            " After three days the password alone leads to new factors.",
            **deepcopy(both),
        },
    }


def _name_passkeys(told: Any) -> None:
    """Examples of the package have numbers."""
    if isinstance(told, dict):
        if told.get("type") == "webauthn" and isinstance(told.get("id"), int):
            told["id"] = examples.PASSKEY_ID
        told = list(told.values())
    for each in told if isinstance(told, list) else ():
        _name_passkeys(each)


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
    return {"description": words, **_content(shape)}


def _content(shape: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": shape}}}


def _is_open(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
