"""Which browser asks, or which app that keeps cookies: a cookie for each person who
signs in with it, which outlives their sign-ins.

Its value is made here, never taken over: one that was there before may have been put
there by somebody who knows it.
"""

import hashlib
import secrets
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts.models import KnownBrowser, LoginSession, User
from apps.accounts.models.browsers import KnownBrowserQuerySet
from apps.core import user_agents
from apps.core.errors import NotFound
from apps.rbac import assignments, audit
from apps.rbac.catalog import Permission

# What `secrets.token_urlsafe(32)` makes; anything longer was not made here.
_LONGEST = 64
# A person has a handful of browsers, and of apps.
_MOST = 20


def person_at(email: str) -> User | None:
    """Whose canonical address this is, the primary one or another that they proved."""
    proved = EmailAddress.objects.filter(email=email, verified=True).values("user")
    found = User.objects.filter(Q(email_canonical=email) | Q(pk__in=proved))
    return found.only("pk", "public_id").first()


def this(request: HttpRequest, user: User) -> KnownBrowserQuerySet:
    """The row of the browser that asks, if this person was signed in with it."""
    digest = digest_of(request, user)
    known = KnownBrowser.objects.of(user)
    return known.filter(digest=digest) if digest else known.none()


def digest_of(request: HttpRequest, user: User) -> str:
    """Of the person's cookie; empty for a browser that has none."""
    value = request.COOKIES.get(cookie_of(user), "")
    return _digest(value) if 0 < len(value) <= _LONGEST else ""


def cookie_of(user: User) -> str:
    """People who share a browser have each their own."""
    mark = hashlib.sha256(user.public_id.bytes).hexdigest()[:16]
    return f"{settings.BROWSER_COOKIE_NAME}_{mark}"


def remember(
    request: HttpRequest,
    user: User,
    *,
    client: str = LoginSession.Client.BROWSER,
    anew: bool = False,
) -> None:
    """After a sign-in. `anew`: with a new value, whoever knows the old one."""
    name, value = cookie_of(user), secrets.token_urlsafe(32)
    seen = {
        "last_seen_at": timezone.now(),
        "name": user_agents.device(request.headers.get("User-Agent", "")),
    }
    known = this(request, user)
    if not anew and known.update(**seen):
        value = request.COOKIES[name]
    elif not known.update(digest=_digest(value), **seen):
        KnownBrowser.objects.create(
            user=user, digest=_digest(value), client=client, **seen
        )
        _forget_surplus(user, client)
    request.COOKIES[name] = value
    request.META["KNOWN_BROWSER"] = (name, value)


def forget(*, user: User, public_id: UUID, by: User, reason: str = "") -> None:
    """It is a stranger's from then on, and asked for everything. Raises NotFound for
    one that is not theirs, Forbidden when `by` is somebody who may do less."""
    if by.pk != user.pk:
        assignments.insist_within_reach(by, user)
    row = KnownBrowser.objects.filter(user=user, public_id=public_id).first()
    if row is None:
        raise NotFound(gettext("That browser is not on the list."))
    audit.done(Permission.BROWSER_FORGET, actor=by, subject=user, obj=row, words=reason)
    row.delete()


def set_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Give the browser what `remember` has kept for it."""
    if "KNOWN_BROWSER" in request.META:
        name, value = request.META["KNOWN_BROWSER"]
        response.set_cookie(
            name,
            value,
            max_age=KnownBrowser.KNOWN_FOR,
            secure=bool(settings.SESSION_COOKIE_SECURE),
            httponly=True,
            samesite="Lax",
        )


def _forget_surplus(user: User, client: str) -> None:
    """Each kind by itself: an app that keeps no cookies is new every time."""
    known = KnownBrowser.objects.filter(user=user, client=client)
    surplus = known.order_by("-last_seen_at", "-pk").values("pk")[_MOST:]
    KnownBrowser.objects.filter(pk__in=surplus).delete()


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
