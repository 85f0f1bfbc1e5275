"""Connecting an account, and what its person can do with it then.

Each verb is one transaction that writes what changed, what was consented to, and what
happened; the provider is called outside of it.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.accounts.models import User
from apps.core.errors import Conflict, Invalid, NotFound
from apps.core.logs import logger
from apps.core.vault import Unreadable
from apps.integrations import (
    consents,
    granted,
    history,
    revoking,
    standing,
    tokens,
)
from apps.integrations.handshake import Grant, Purpose
from apps.integrations.models import Connection, Token
from apps.integrations.provider import Provider
from apps.rbac import audit, limits
from apps.rbac.catalog import Permission

Status, Reason = Connection.Status, Connection.Reason
Event, Channel = consents.Event, consents.Channel
_NOT_YOURS = gettext_noop("That connection is not on your list.")
_BY_US = gettext_noop("It was paused by us. Ask us why.")


def own(user: User, public_id: UUID | str) -> Connection:
    """Raises NotFound for one that is not theirs, or that they gave up."""
    try:
        wanted = UUID(str(public_id))
    except ValueError:
        raise NotFound(gettext(_NOT_YOURS)) from None
    found = Connection.objects.owned_by(user).filter(public_id=wanted).first()
    if found is None:
        raise NotFound(gettext(_NOT_YOURS))
    return found


def purpose(
    *,
    user: User,
    provider: Provider,
    features: Collection[str],
    channel: str,
    connection: Connection | None = None,
    back: str = "",
) -> Purpose:
    """What a handshake is to be begun for: these features, and those that the
    connection has already.

    The consent is on record before anybody leaves the site. Raises Invalid for nothing
    to switch on, NotFound for a connection of another provider, Conflict for one account
    too many and for what we paused.
    """
    if connection is not None and connection.provider != provider.id:
        raise NotFound(gettext(_NOT_YOURS))
    known = [provider.feature(each).id for each in features]
    if connection is not None:
        known = list(dict.fromkeys([*connection.features, *known]))
    if not known:
        raise Invalid(gettext("Choose at least one thing to switch on."))
    if connection is None:
        _insist_on_room(user)
    elif connection.is_paused_by_us:
        raise Conflict(gettext(_BY_US))
    scopes = provider.scopes_for(known) if provider.has_scopes else []
    with transaction.atomic():
        consents.record(
            Event.ASKED,
            user=user,
            provider=provider,
            connection=connection,
            features=known,
            asked=scopes,
            channel=channel,
        )
        history.record(
            history.Kind.STARTED,
            provider=provider,
            user=user,
            connection=connection,
            outcome="started",
        )
    named = str(connection.public_id) if connection else ""
    return Purpose(user.pk, known, scopes, channel, named, back)


def _insist_on_room(user: User) -> None:
    """Raises Conflict."""
    most = limits.of(user).connections
    if Connection.objects.owned_by(user).count() >= most:
        raise Conflict(
            gettext("You can have %(most)s connected accounts. Disconnect one first.")
            % {"most": most},
            code="too_many_connections",
        )


def connected(*, user: User, provider: Provider, grant: Grant) -> Connection:
    """What a handshake brought, kept.

    The same account connected once more is the same connection, with new secrets. Raises
    Conflict for one account too many.
    """
    now, asked = timezone.now(), grant.purpose
    with transaction.atomic():
        # Handshakes of one person that come back at once are counted one by one.
        User.objects.locked(user.pk)
        whose = {"user": user, "provider": provider.id, "uid": grant.uid}
        # Before its connection, as whoever renews it does.
        token = _locked_token(**{f"connection__{name}": whose[name] for name in whose})
        row = Connection.objects.filter(**whose).first()
        if row is None or not row.is_live:
            _insist_on_room(user)
        row = row or Connection(**whose)
        row.label = grant.label
        row.features = _features(row, asked)
        row.connected_at, row.ended_at = now, None
        row.failures, row.next_attempt_at = 0, None
        if not row.is_live:
            row.created_at = now
        row.save()
        _keep_secrets(row, token, grant)
        granted.record(row, grant.scopes)
        missing = granted.missing(row, grant.scopes)
        event = Event.NARROWED if missing else Event.GRANTED
        consents.record(
            event,
            user=user,
            provider=provider,
            connection=row,
            features=row.features,
            asked=asked.scopes,
            granted=grant.scopes,
            channel=asked.channel,
        )
        history.record(
            history.Kind.CONNECTED,
            provider=provider,
            connection=row,
            outcome="partial" if missing else "connected",
        )
        audit.done(
            Permission.CONNECTION_ADD,
            actor=user,
            subject=user,
            obj=row,
            after={"provider": provider.id, "features": row.features},
        )
        if row.is_paused_by_us:
            # Whatever its person says yes to, also after they gave it up.
            standing.change(row, Status.PAUSED, Reason.OPERATOR)
        else:
            tokens.settle(row)
    return row


def _features(row: Connection, asked: Purpose) -> list[str]:
    """One that was given up begins anew; another account than the one that was to have
    more has only what was asked for."""
    before = row.features if row.pk and row.is_live else []
    return list(dict.fromkeys([*before, *asked.features]))


def _keep_secrets(row: Connection, token: Token | None, grant: Grant) -> None:
    """Where none to renew with came along, the one there was still holds."""
    secrets = grant.secrets
    if token is not None and not secrets.refresh:
        try:
            kept = token.open().refresh
        except Unreadable:
            kept = ""
        secrets = type(secrets)(secrets.access, kept)
    token = token or Token(connection=row, generation=0)
    token.connection = row
    token.seal(secrets)
    token.expires_at, token.refreshed_at = grant.expires_at, timezone.now()
    token.generation += 1
    token.save()


def not_connected(
    *,
    user: User,
    provider: Provider,
    asked: Purpose,
    outcome: str,
    grant: Grant | None = None,
) -> str:
    """The person said no there, or it did not come to an end. What becomes of a `grant`
    that cannot be kept, in a sentence."""
    with transaction.atomic():
        if outcome == "denied":
            consents.record(
                Event.DENIED,
                user=user,
                provider=provider,
                features=asked.features,
                asked=asked.scopes,
                channel=asked.channel,
            )
        history.record(
            history.Kind.NOT_CONNECTED, provider=provider, user=user, outcome=outcome
        )
        if grant is None:
            return ""
        return revoking.not_kept(provider, grant.uid, grant.secrets)


def switch_off(*, row: Connection, feature: str, channel: str) -> None:
    """It is not used any more, whatever the provider would still allow. Raises NotFound;
    Conflict for the last one."""
    with transaction.atomic():
        row = _locked(row)
        if feature not in row.features:
            raise NotFound(gettext("That is not switched on."))
        if len(row.features) == 1:
            raise Conflict(
                gettext("That is all there is to it. Disconnect it instead.")
            )
        row.features = [each for each in row.features if each != feature]
        row.save(update_fields=["features"])
        _said(row, Event.SWITCHED_OFF, channel, features=[feature])
        audit.done(
            Permission.CONNECTION_CHANGE,
            actor=row.user,
            obj=row,
            after={"features": row.features},
        )
        if row.is_usable and hasattr(row, "token"):
            tokens.settle(row)


def pause(
    *,
    row: Connection,
    channel: str,
    reason: str = Reason.OWNER,
    by: Any = None,
    words: str = "",
) -> None:
    """Nothing is read, written or renewed until it is resumed. Raises Conflict.

    `by` is an operator who does it for a reason in `words`.
    """
    with transaction.atomic():
        row = _locked(row)
        if row.status == Status.PAUSED and (by is None or row.is_paused_by_us):
            raise Conflict(gettext("It is paused already."))
        _said(row, Event.PAUSED, channel, by=by)
        standing.change(row, Status.PAUSED, reason)
        _by_operator(row, by, words)


def resume(*, row: Connection, channel: str, by: Any = None, words: str = "") -> None:
    """Raises Conflict for one that is not paused, or was paused by us."""
    with transaction.atomic():
        row = _locked(row)
        if row.status != Status.PAUSED:
            raise Conflict(gettext("It is not paused."))
        if row.is_paused_by_us and by is None:
            raise Conflict(gettext(_BY_US))
        _said(row, Event.RESUMED, channel, by=by)
        _by_operator(row, by, words)
        if Token.objects.filter(pk=row.pk).exists():
            tokens.settle(row)
        else:
            standing.change(row, Status.ATTENTION, Reason.REFUSED)


def disconnect(
    *,
    row: Connection,
    channel: str,
    reason: str = Reason.NONE,
    by: Any = None,
    words: str = "",
) -> None:
    """Its secrets are gone when this returns, and are taken back at the provider soon,
    where that ends nothing else. Raises NotFound for one that is gone already.

    That it was paused by us is not forgotten."""
    with transaction.atomic():
        token = _locked_token(pk=row.pk)
        row = _locked(row)
        _said(row, Event.WITHDRAWN, channel, by=by)
        granted.withdraw_all(row)
        row.ended_at, row.features = timezone.now(), []
        row.save(update_fields=["ended_at", "features"])
        # Connected once more, it is paused as it was.
        kept = Reason.OPERATOR if row.is_paused_by_us else reason
        standing.change(row, Status.ENDED, kept)
        if token is not None:
            _give_back(row, token)
        audit.done(
            Permission.CONNECTION_DELETE,
            actor=by or row.user,
            subject=row.user,
            obj=row,
            reason=reason,
            words=words,
        )


def hold(row: Connection) -> None:
    """It and its secrets, for the rest of the transaction. Raises NotFound."""
    _locked_token(pk=row.pk)
    _locked(row)


def _by_operator(row: Connection, by: Any, words: str) -> None:
    if by is not None:
        audit.done(
            Permission.CONNECTION_CHANGE,
            actor=by,
            subject=row.user,
            obj=row,
            words=words,
            after={"status": row.status},
        )


def _give_back(row: Connection, token: Token) -> None:
    """The row is ended by now, so it does not stand in its own way."""
    token.connection = row
    try:
        secrets = token.open()
    except Unreadable:
        logger.error("token_unreadable", connection=row.pk)
    else:
        revoking.soon(row, secrets)
    token.delete()


def _locked_token(**which: Any) -> Token | None:
    """Always before the row of its connection, and after that of its person."""
    return Token.objects.select_for_update(of=("self",)).filter(**which).first()


def _locked(row: Connection) -> Connection:
    """Raises NotFound."""
    locked = Connection.objects.select_for_update(no_key=True, of=("self",))
    found = locked.live().select_related("user").filter(pk=row.pk).first()
    if found is None:
        raise NotFound(gettext(_NOT_YOURS))
    return found


def _said(
    row: Connection,
    event: str,
    channel: str,
    *,
    features: Collection[str] | None = None,
    by: Any = None,
) -> None:
    consents.record(
        event,
        user=row.user,
        provider=row.declared,
        connection=row,
        features=row.features if features is None else features,
        channel=channel,
        by=by,
    )
