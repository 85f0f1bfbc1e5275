"""Coming back from a provider: whose handshake it was, and what came of it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from apps.accounts import sessions
from apps.accounts.models import User
from apps.core.errors import AppError
from apps.integrations import connections, handshake, revoking
from apps.integrations.handshake import (
    Denied,
    HandshakeFailed,
    NotBegunHere,
    Purpose,
)
from apps.integrations.metrics import FLOWS
from apps.integrations.models import Connection
from apps.integrations.provider import Provider


@dataclass(frozen=True)
class Arrival:
    """`connection`, or the `error` that kept it from being one."""

    purpose: Purpose
    connection: Connection | None = None
    error: AppError | None = None
    # What becomes of a grant that came all the same; a sentence.
    left: str = ""

    @property
    def is_another(self) -> bool:
        """Not the account that was to have more."""
        row, meant = self.connection, self.purpose.connection
        return row is not None and meant not in ("", str(row.public_id))


def receive(request: HttpRequest, provider: Provider) -> Arrival:
    """Raises NotBegunHere.

    It counts for the person who began it, in the browser where they did and while that
    sign-in lasts; somebody else who is signed in there by now gets nothing.
    """
    try:
        purpose = handshake.purpose_of(request, provider)
    except NotBegunHere:
        FLOWS.labels(provider.id, "state_invalid").inc()
        raise
    user, grant = _person(request, purpose, provider), None
    try:
        grant = handshake.finish(request, provider, purpose)
        row = connections.connected(user=user, provider=provider, grant=grant)
    except AppError as error:
        outcome = "denied" if isinstance(error, Denied) else error.code
        left = connections.not_connected(
            user=user, provider=provider, asked=purpose, outcome=outcome, grant=grant
        )
        if isinstance(error, HandshakeFailed) and "code" in request.GET:
            left = revoking.may_stand(provider)
        return Arrival(purpose, error=error, left=left)
    return Arrival(purpose, row)


def _person(request: Any, purpose: Purpose, provider: Provider) -> User:
    """Raises NotBegunHere."""
    here = request.user
    is_theirs = not here.is_authenticated or here.pk == purpose.user_id
    try:
        user = sessions.current(purpose.sign_in).user
    except sessions.Over:
        is_theirs = False
    if not is_theirs or user.pk != purpose.user_id or user.frozen_at is not None:
        FLOWS.labels(provider.id, "wrong_user").inc()
        raise NotBegunHere
    return user
