"""Whether the second factors stand where they are handed over to, at start-up."""

from typing import Any

from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string


@register
def stage(**_: Any) -> list[CheckMessage]:
    """Without its stage a password would be enough for everybody."""
    theirs = f"{AuthenticateStage.__module__}.{AuthenticateStage.__name__}"
    name = settings.ACCOUNT_LOGIN_STAGES.get(theirs, "")
    try:
        found = import_string(name)
    except ImportError:
        found = None
    if isinstance(found, type) and issubclass(found, AuthenticateStage):
        return []
    return [
        Error(
            f"ACCOUNT_LOGIN_STAGES puts {name!r} in place of {theirs}.",
            hint="It is the dotted name of our stage, apps.mfa.stage.SecondFactorStage.",
            id="mfa.E001",
        )
    ]


@register
def kinds(**_: Any) -> list[CheckMessage]:
    """allauth would keep secrets in clear, and open a second door beside ours."""
    if settings.MFA_SUPPORTED_TYPES == ["webauthn"]:
        return []
    return [
        Error(
            "MFA_SUPPORTED_TYPES may hold webauthn only: every code is ours.",
            hint='Set it to ["webauthn"]; see docs/second-factors.md.',
            id="mfa.E002",
        )
    ]
