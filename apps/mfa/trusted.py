"""Browsers that are not asked for the second factor for thirty days.

Trust is a mark on one known browser (accounts/browsers.py), so one can be forgotten
without the others. It spares the second step of a sign-in and nothing else: it is no
proof for what asks again, and whoever may enter the console is always asked.
"""

from datetime import timedelta
from typing import Any

from allauth.core.internal.httpkit import is_headless_request
from django.db.models import Case, F, Q, Value, When
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts import browsers
from apps.accounts.models import KnownBrowser, User
from apps.accounts.models.browsers import KnownBrowserQuerySet
from apps.core import vault
from apps.mfa import enforcement, notices
from apps.mfa.factors import passkey
from apps.mfa.models import RecoveryDevice, SMSDevice, TOTPDevice
from apps.rbac import audit

# Long enough to be worth the box, short enough for a laptop that was sold.
GOOD_FOR = timedelta(days=30)


def may_be_trusted(user: User) -> bool:
    return not enforcement.is_required(user)


def trust(request: HttpRequest, user: User) -> None:
    """From the next sign-in on; by a new value, since the one of before the factor was
    proved may be known to somebody else."""
    if not may_be_trusted(user):
        return
    browsers.remember(request, user, anew=True)
    here = browsers.this(request, user)
    until, mark = timezone.now() + GOOD_FOR, _fingerprints(user)[0]
    # Not there when it was forgotten this very moment.
    if here.update(trusted_until=until, trusted_for=mark):
        row = here.first()
        audit.done("mfa.trust.add", actor=user, subject=user, obj=row)
        notices.browser_trusted(user, row.called if row else "A browser")


def forget(user: User) -> None:
    """No browser of theirs is trusted any more."""
    KnownBrowser.objects.filter(user=user).update(trusted_until=None, trusted_for="")


def is_trusted(request: HttpRequest, user: User) -> bool:
    """Whether this browser may skip the second step of this person's sign-in."""
    # An app sends whatever it likes as cookies, and has no browser to trust.
    if is_headless_request(request) == "app":
        return False
    marked = browsers.this(request, user).exclude(trusted_until=None)
    if not marked.exists() or not may_be_trusted(user):
        return False
    if not marked.filter(_counts(user)).exists():
        return False
    audit.decided("mfa.trust.use", allowed=True, actor=user)
    return True


def known(user: User) -> KnownBrowserQuerySet:
    """Their browsers, the one used last first; `spared_until` where trust counts."""
    spared = Case(When(_counts(user), then=F("trusted_until")), default=None)
    found = KnownBrowser.objects.of(user).annotate(spared_until=spared)
    return found.order_by("-last_seen_at", "-pk")


def _counts(user: User) -> Q:
    """For the factors and the password as they are now."""
    return Q(trusted_until__gt=timezone.now(), trusted_for__in=_fingerprints(user))


def _fingerprints(user: User) -> list[str]:
    """Newest key first, like `vault.digests`. One query."""
    own: dict[str, Any] = {
        model.__name__: model.objects.filter(user=user, confirmed=True)
        for model in (TOTPDevice, SMSDevice, RecoveryDevice)
    }
    own["key"] = passkey.keys(user)
    first, *others = (
        rows.order_by().values_list(Value(place), "pk")
        for place, rows in enumerate(own.values())
    )
    names = [*own]
    found = [f"{names[at]}{pk}" for at, pk in sorted(first.union(*others, all=True))]
    parts = [str(user.pk), user.password, *found]
    return vault.digests("|".join(parts), purpose="mfa.trust")
