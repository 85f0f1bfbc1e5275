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
