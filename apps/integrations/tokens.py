"""A live access token for a connection: read, and renewed by one process at a time.

    tokens.bearer(connection)

Whoever finds it about to run out takes its row's lock, looks again, renews it at the
provider, writes and commits; everybody else waits for that and finds the new one. So a
refresh token that is good once is used once (docs/decisions/0008).
"""

import random
import time
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import OperationalError
from django.db import connection as database
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.core import tallies
from apps.core.errors import AppError, Conflict, Unavailable
from apps.core.logs import logger
from apps.core.vault import Unreadable
from apps.integrations import (
    breaker,
    consents,
    granted,
    history,
    standing,
    token_endpoint,
)
from apps.integrations.metrics import LOCK_SECONDS
from apps.integrations.models import Connection, Token
from apps.integrations.models.token import Secrets
from apps.integrations.token_endpoint import Renewal, Verdict

Status, Reason = Connection.Status, Connection.Reason

# Renewed this long before its end, give or take: not everybody's in the same second.
MARGIN = timedelta(seconds=300)
_JITTER_SECONDS = 60
# Between renewals that failed: from half a minute to a quarter of an hour.
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
# A hiccup marks nobody; three in a row are told.
_HICCUPS = 3
# What is watched, by this name (alerts.py).
UNREADABLE = "oauth_unreadable"

# Longer than a provider may take twice, shorter than a worker's patience. A holder that
# hangs in the middle is cut off by the database, and a vanished one as well.
_GUARDS = (
    "SET LOCAL lock_timeout = '25s';"
    " SET LOCAL idle_in_transaction_session_timeout = '60s'"
)


class NotUsable(Conflict):
    """The connection needs its person; the sentence says for what."""

    code = "connection_not_usable"

    def __init__(self, connection: Connection) -> None:
        said = standing.words(connection)
        super().__init__(
            f"{said.why} {said.next_step}".strip() or gettext("It is not connected.")
        )
        self.connection = connection


class NothingToRenewWith(Conflict):
    """It lives on until its end; trying would be the end of it now."""

    code = "nothing_to_renew_with"
    sentence = gettext_noop(
        "There is nothing to renew it with. It goes on until it runs out."
    )


class NotNow(Unavailable):
    """The provider does not renew it at the moment."""

    code = "connection_not_now"

    def __init__(self, connection: Connection) -> None:
        name = connection.declared.name
        words = gettext("%(name)s does not answer as it should. Try again in a while.")
        super().__init__(words % {"name": name})
        self.connection = connection


@dataclass(frozen=True)
class Bearer:
    """Good for one call, or until it is refused."""

    value: str = field(repr=False)
    generation: int = 0


def bearer(connection: Connection) -> Bearer:
    """One query while the token lasts.

    Raises NotUsable, NotNow, or Unavailable where its secrets do not open, which is our
    own fault and marks nobody.
    """
    row = _row(connection)
    _insist_usable(row)
    if row.token.lasts(timezone.now(), _margin()):
        return _opened(row.token)
    return _renewed(connection, unless=None)


def again(connection: Connection, used: Bearer) -> Bearer:
    """After the provider refused `used`: what somebody renewed meanwhile, or a new one.

    Raises like `bearer`.
    """
    return _renewed(connection, unless=used.generation)


def renew_now(connection: Connection) -> None:
    """Whether or not it is due. Raises like `bearer`, and NothingToRenewWith."""
    row = _row(connection)
    _insist_usable(row)
    if not _secrets(row.token).refresh:
        raise NothingToRenewWith
    _renewed(connection, unless=row.token.generation)


def refused(row: Connection, used: Bearer, reason: str = Reason.REFUSED) -> None:
    """The provider takes a token no more that was renewed just now: the grant is dead,
    unless somebody connected anew meanwhile."""
    with transaction.atomic():
        token = Token.objects.select_for_update().filter(pk=row.pk).first()
        if token is not None and token.generation == used.generation:
            _lose(_row(row), token, reason)


def _row(known: Connection) -> Connection:
    """As it is now. Raises NotUsable for one that went with its person."""
    rows = Connection.objects.select_related("token", "user")
    found = rows.filter(pk=known.pk).first()
    if found is None:
        known.status, known.reason = Status.ENDED, Reason.NONE
        raise NotUsable(known)
    return found


def _insist_usable(row: Connection) -> None:
    if not row.is_usable or not row.user.is_active or not hasattr(row, "token"):
        raise NotUsable(row)


def _margin() -> timedelta:
    return MARGIN + timedelta(seconds=random.uniform(-_JITTER_SECONDS, _JITTER_SECONDS))


def _renewed(known: Connection, *, unless: int | None) -> Bearer:
    """The token as it is once nobody else renews it; renewed where it is still that of
    generation `unless`, or about to run out.

    The provider is called while the row is locked, and nothing else is: a grant that
    rotates dies when two ask at once. What was found out is committed before anything is
    raised.
    """
    began = time.monotonic()
    try:
        with transaction.atomic(durable=True):
            with database.cursor() as cursor:
                cursor.execute(_GUARDS)
            locked = Token.objects.select_for_update(of=("self",), no_key=True)
            token = locked.get(pk=known.pk)
            LOCK_SECONDS.observe(time.monotonic() - began)
            found = _under_lock(known, token, unless)
    except OperationalError as error:
        logger.warning("token_lock_timeout", connection=known.pk)
        raise Unavailable from error
    except Token.DoesNotExist:
        raise NotUsable(_row(known)) from None
    if isinstance(found, AppError):
        raise found
    return found


def _under_lock(
    known: Connection, token: Token, unless: int | None
) -> Bearer | AppError:
    now, row = timezone.now(), _row(known)
    _insist_usable(row)
    is_other = unless is not None and token.generation != unless
    if is_other or (unless is None and token.lasts(now, _margin())):
        return _opened(token)
    lasting = unless is None and token.lasts(now)
    if not row.may_try(now) or not breaker.is_closed(row.declared):
        return _opened(token) if lasting else NotNow(row)
    secrets = _secrets(token)
    if not secrets.refresh:
        return _never(row, token, lasting, unless)
    renewal = token_endpoint.renew(row.declared, secrets)
    return _settled(row, token, renewal, lasting)


def _never(
    row: Connection, token: Token, lasting: bool, unless: int | None
) -> Bearer | AppError:
    """There is nothing to renew it with."""
    if lasting:
        return _opened(token)
    reason = Reason.NEVER_RENEWED if unless is None else Reason.REFUSED
    _lose(row, token, reason)
    return NotUsable(row)


def _settled(
    row: Connection, token: Token, renewal: Renewal, lasting: bool
) -> Bearer | AppError:
    """What the provider said, written down."""
    history.record(
        history.Kind.REFRESH,
        provider=row.declared,
        connection=row,
        outcome=renewal.verdict,
        code=renewal.code,
        took=renewal.took,
    )
    if renewal.verdict == Verdict.RENEWED:
        return _kept(row, token, renewal)
    if renewal.verdict in (Verdict.REFUSED, Verdict.AGAIN):
        if breaker.is_wave(row.declared):
            breaker.open_for(row.declared, breaker.Reason.WAVE)
        else:
            lost = renewal.verdict == Verdict.REFUSED
            _lose(row, token, Reason.REFUSED if lost else Reason.AGAIN)
            return NotUsable(row)
    elif renewal.verdict == Verdict.OURS:
        breaker.open_for(row.declared, breaker.Reason.CLIENT)
        logger.error("oauth_client_refused", provider=row.provider, code=renewal.code)
    else:
        _put_off(row, renewal)
    return _opened(token) if lasting else NotNow(row)


def _kept(row: Connection, token: Token, renewal: Renewal) -> Bearer:
    assert renewal.secrets is not None
    token.seal(renewal.secrets)
    token.expires_at, token.refreshed_at = renewal.expires_at, timezone.now()
    token.generation += 1
    token.save()
    if renewal.scope is not None:
        asked = row.declared.scopes_for(row.features)
        granted.record(row, granted.read(row.declared, renewal.scope, asked))
    row.failures, row.next_attempt_at = 0, None
    row.save(update_fields=["failures", "next_attempt_at"])
    breaker.went_well(row.declared)
    settle(row)
    return Bearer(renewal.secrets.access, token.generation)


def settle(row: Connection) -> None:
    """A connection that works: wholly, or without what was not granted."""
    partial = granted.missing(row, granted.of(row))
    status = Status.LIMITED if partial else Status.CONNECTED
    standing.change(row, status, Reason.PARTIAL if partial else Reason.NONE)


def _lose(row: Connection, token: Token, reason: str) -> None:
    """The grant is dead: its secrets go, its person is told."""
    token.delete()
    granted.withdraw_all(row)
    consents.record(
        consents.Event.LOST,
        user=row.user,
        provider=row.declared,
        connection=row,
        features=row.features,
        channel=consents.Channel.PROVIDER,
    )
    standing.change(row, Status.ATTENTION, reason)


def _put_off(row: Connection, renewal: Renewal) -> None:
    row.failures += 1
    whole = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(row.failures - 1, 10))
    wait = max(renewal.wait, whole * random.uniform(0.5, 1.0))
    row.next_attempt_at = timezone.now() + wait
    row.save(update_fields=["failures", "next_attempt_at"])
    if row.failures >= _HICCUPS:
        standing.change(row, Status.LIMITED, Reason.TROUBLE)


def _secrets(token: Token) -> Secrets:
    """Raises Unavailable: a key is missing or the row was changed, and that is ours."""
    try:
        return token.open()
    except (Unreadable, ValueError) as error:
        logger.error("token_unreadable", connection=token.pk)
        tallies.add(UNREADABLE)
        raise Unavailable from error


def _opened(token: Token) -> Bearer:
    return Bearer(_secrets(token).access, token.generation)
