"""Passkeys in allauth's headless API by ids that tell no numbers (core/opaque.py): its
own answers say the number of the row."""

import json
from functools import wraps
from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse

from apps.accounts.refusals import View
from apps.core import opaque


def number(said: str) -> int:
    """Of the row. Raises `opaque.Unopened`."""
    return opaque.numbered(Authenticator._meta.label_lower, said)


def named(view: View) -> View:
    """Wherever a passkey is told: in lists of them, and among what a person has proved."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = view(request, *args, **kwargs)
        if b'"webauthn"' in answer.content:
            answer.content = json.dumps(_renamed(json.loads(answer.content)))
        return answer

    return cast(View, told)


def _renamed(told: Any) -> Any:
    if isinstance(told, list):
        return [_renamed(each) for each in told]
    if not isinstance(told, dict):
        return told
    found = {key: _renamed(value) for key, value in told.items()}
    if found.get("type") == "webauthn" and "id" in found:
        found["id"] = opaque.name(Authenticator, found["id"])
    return found
