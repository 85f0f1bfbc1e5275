"""Sign-ins: begun, found again with every request, ended.

A cookie or a token only names a row (models/sessions.py); one query finds it together
with its person and says whether it still holds.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.accounts.models import LoginSession, User
from apps.accounts.models.sessions import LoginSessionQuerySet
from apps.core.errors import Forbidden, Unauthorized
from apps.rbac import audit, policy
from apps.rbac.catalog import Permission

Client, Ending = LoginSession.Client, LoginSession.Ending

# From the sign-in on, whatever is done meanwhile.
LIFETIME = timedelta(hours=24)
# The list of sign-ins says when each was last seen; a minute is exact enough for it.
SEEN_EVERY = timedelta(minutes=1)
OPEN, CLOSE = "accounts.session.open", "accounts.session.close"

WORDS = {
    Ending.NEWER: gettext_noop(
        "You were signed out here because you signed in elsewhere, and this "
        "was your oldest sign-in."
    ),
    Ending.IDLE: gettext_noop(
        "You were signed out because nothing was done here for a while."
    ),
    Ending.EXPIRED: gettext_noop("A sign-in lasts a day. Sign in again."),
    Ending.PASSWORD: gettext_noop(
        "Your password was changed. Sign in with the new one."
    ),
    Ending.FACTORS: gettext_noop("Your second factors were changed. Sign in again."),
    Ending.SUSPENDED: gettext_noop(
        "This account is suspended. Whoever runs this service can tell you more."
    ),
    Ending.DEMOTED: gettext_noop("Your roles were changed. Sign in again."),
    Ending.OPERATOR: gettext_noop("An operator signed you out here. Sign in again."),
    Ending.PANIC: gettext_noop("Everything was signed out at once. Sign in again."),
    Ending.REUSED: gettext_noop(
        "An old token was used again, so this sign-in was ended."
    ),
    Ending.ENDED: gettext_noop(
        "You were signed out here from another of your devices."
    ),
}
_ANY = gettext_noop("You are not signed in any more.")


class Over(Unauthorized):
    """The sign-in does not hold (any more). `ending` says why and `user_id` whose it
    was, when they are known."""

    def __init__(self, ending: str = "", user_id: int | None = None) -> None:
        code = f"session_{ending}" if ending else ""
        words = gettext(WORDS.get(Ending(ending), _ANY)) if ending else ""
        super().__init__(words, code=code)
        self.ending, self.user_id = ending, user_id


def begin(
    *,
    user: User,
    client: str,
    proved: Sequence[str],
    twice: bool,
    address: str = "",
    browser: str = "",
) -> LoginSession:
    """A new sign-in. With too many at once, the oldest one ends.

    `proved` names what was proved: "password", "totp" …; `twice`, whether that makes two
    factors. Parallel ones wait for each other, so the limit holds.
    """
    now = timezone.now()
    with transaction.atomic():
        # What parallel ones wait for, and what Django would write by itself afterwards.
        User.objects.filter(pk=user.pk).update(last_login=now)
        user.last_login = now
        row = LoginSession.objects.create(
            user=user,
            client=client,
            password_mark=user.password_mark,
            methods=list(proved),
            proved_at=now,
            proved_twice_at=now if twice else None,
            may_enter_console=bool(policy.can(user, Permission.CONSOLE_ENTER)),
            address=address or None,
            browser=browser,
            created_at=now,
            last_seen_at=now,
            rotated_at=now,
            expires_at=now + LIFETIME,
        )
        _end(lasting(user).order_by().beyond_limit(), Ending.NEWER)
    return row


def current(sid: UUID | str, *, now: datetime | None = None) -> LoginSession:
    """The sign-in with its person, one query. Raises `Over`."""
    now = now or timezone.now()
    row = LoginSession.objects.found(UUID(str(sid))) if is_sid(sid) else None
    if row is None:
        raise Over
    if ending := row.over(now):
        # Written down so that it stays so, whatever changes back.
        end([row], ending)
        raise Over(ending, row.user_id)
    return row


def insist_strong(row: LoginSession) -> None:
    """Raises Forbidden for an app of whoever may enter the console, without a second
    factor."""
    if row.enters_console and not row.is_strong:
        raise Forbidden(
            gettext(
                "Your role needs a second factor. Set one up on the website, and "
                "sign in with it."
            ),
            code="second_factor_missing",
        )


def is_sid(value: Any) -> bool:
    try:
        return isinstance(value, UUID) or str(UUID(str(value))) == value
    except ValueError:
        return False


def seen(row: LoginSession) -> None:
    """It is in use. One write a minute; what it may do in the console is noted too."""
    now = timezone.now()
    if row.last_seen_at + SEEN_EVERY > now and row.may_enter_console >= (
        row.enters_console
    ):
        return
    row.last_seen_at, row.may_enter_console = now, row.enters_console
    LoginSession.objects.filter(pk=row.pk, ended_at=None).update(
        last_seen_at=now, may_enter_console=row.enters_console
    )


def proved(row: LoginSession, method: str, *, twice: bool) -> None:
    """They have just proved once more who they are, `twice`: by a second factor."""
    now = timezone.now()
    row.methods = [*(each for each in row.methods if each != method), method]
    row.proved_at = now
    changed = ["methods", "proved_at"]
    if twice:
        row.proved_twice_at = now
        changed.append("proved_twice_at")
    row.save(update_fields=changed)


def lasting(user: User) -> LoginSessionQuerySet:
    """Those of a person that are not over, newest first."""
    return LoginSession.objects.filter(
        user=user,
        ended_at=None,
        expires_at__gt=timezone.now(),
        password_mark=user.password_mark,
    ).order_by("-last_seen_at", "-sid")


def end(
    rows: Sequence[LoginSession] | LoginSessionQuerySet,
    ending: str,
    *,
    by: User | None = None,
    reason: str = "",
    words: str = "",
) -> int:
    """End these, if they last; how many did. Each is recorded for its owner."""
    if not isinstance(rows, LoginSessionQuerySet):
        rows = LoginSession.objects.filter(pk__in=[row.pk for row in rows])
    with transaction.atomic():
        return _end(rows, ending, by=by, reason=reason, words=words)


def _end(
    rows: LoginSessionQuerySet,
    ending: str,
    *,
    by: User | None = None,
    reason: str = "",
    words: str = "",
) -> int:
    """The same in the caller's transaction."""
    ended = rows.end(ending, timezone.now())
    for row in ended:
        audit.done(
            CLOSE,
            actor=by,
            subject=row.user_id,
            obj=row,
            reason=reason or ending,
            words=words,
        )
    return len(ended)


def end_others(
    user: User,
    ending: str,
    *,
    but: LoginSession | None = None,
    by: User | None = None,
    reason: str = "",
    words: str = "",
) -> int:
    """All of a person's but one."""
    rows = lasting(user).exclude(pk=but.pk) if but else lasting(user)
    return end(rows, ending, by=by, reason=reason, words=words)


def end_demoted(user: User) -> None:
    """Those in which they could enter the console, if they cannot any more."""
    policy.forget(user)
    if not policy.can(user, Permission.CONSOLE_ENTER):
        end(lasting(user).filter(may_enter_console=True), Ending.DEMOTED)


def keep(row: LoginSession, user: User) -> None:
    """The password was changed in this one, by its owner: it goes on, all others end."""
    with transaction.atomic():
        row.password_mark = user.password_mark
        row.save(update_fields=["password_mark"])
        others = LoginSession.objects.filter(user=user, ended_at=None)
        end(others.exclude(pk=row.pk), Ending.PASSWORD)
