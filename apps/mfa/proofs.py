"""A typed factor is proved in a browser or a client, and allauth is told.

allauth's record of the session is what the rest of the house reads: method "mfa", the
factor's id as type, and "reauthenticated" where somebody signed in proves it again.
"""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.utils.translation import gettext

from apps.accounts import browsers
from apps.accounts.models import User
from apps.core.errors import Invalid
from apps.mfa import challenges, factor, notices
from apps.mfa.models import Challenge, RecoveryDevice

Purpose = Challenge.Purpose


def session_of(request: HttpRequest) -> str:
    """What a challenge is bound to: the session, also one that was never saved."""
    if request.session.session_key is None:
        request.session.save()
    return str(request.session.session_key)


def prove(
    request: HttpRequest, *, user: User, name: str, purpose: str, typed: str
) -> None:
    """Raises what `challenges.verify` raises."""
    session = session_of(request)
    place: dict[str, Any] = {"user": user, "factor": name, "purpose": purpose}
    challenge = challenges.current(**place, session=session)
    if challenge is None:
        challenges.insist_typed(name)
        challenge = challenges.begin(
            **place, session=session, is_known=_is_known(request, user, purpose)
        )
    device = challenges.verify(challenge, typed)
    if isinstance(device, RecoveryDevice):
        notices.recovery_code_used(user, device.left)
    record(request, user, name, again=purpose == Purpose.STEPUP)


def record(request: HttpRequest, user: User, name: str, *, again: bool = True) -> None:
    """`again` for somebody who is signed in already."""
    extra = {"reauthenticated": True} if again else {}
    record_authentication(request, user, method="mfa", type=name, **extra)


def text(request: HttpRequest, *, user: User, name: str, purpose: str) -> Challenge:
    """Text a code for this attempt, or another one. Raises what sending raises."""
    if not factor.named(name).is_sent:
        raise Invalid(gettext("There is nothing to send."), code="not_sent")
    session = session_of(request)
    place: dict[str, Any] = {"user": user, "factor": name, "purpose": purpose}
    challenge = challenges.current(**place, session=session)
    if challenge is None:
        return challenges.begin(
            **place, session=session, is_known=_is_known(request, user, purpose)
        )
    challenges.send(challenge)
    return challenge


def _is_known(request: HttpRequest, user: User, purpose: str) -> bool:
    """Whoever is signed in has proved more than a password."""
    return purpose != Purpose.LOGIN or browsers.this(request, user).exists()
