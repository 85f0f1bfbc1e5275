"""Which browser asks: a cookie of its own that outlives the sign-ins."""

import hashlib
import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.accounts.models import KnownBrowser, User

# Longer than a vacation; each sign-in starts it anew.
KNOWN_FOR = timedelta(days=180)
# What `secrets.token_urlsafe(32)` makes; anything longer was not made here.
_LONGEST = 64
# A person has a handful of browsers.
_MOST = 20


def digest_of(request: HttpRequest) -> str:
    """Of the browser's cookie; empty for one that has none."""
    value = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
    is_ours = 0 < len(value) <= _LONGEST
    return hashlib.sha256(value.encode()).hexdigest() if is_ours else ""


def person_at(email: str) -> int | None:
    """Whose canonical address this is, the primary one or another that they proved."""
    proved = EmailAddress.objects.filter(email=email, verified=True).values("user")
    found = User.objects.filter(Q(email_canonical=email) | Q(pk__in=proved))
    return found.values_list("pk", flat=True).first()


def is_known(request: HttpRequest, person: int) -> bool:
    """Whether this person was signed in with it."""
    digest = digest_of(request)
    return (
        bool(digest)
        and KnownBrowser.objects.filter(
            digest=digest,
            user=person,
            last_seen_at__gt=timezone.now() - KNOWN_FOR,
        ).exists()
    )


def remember(request: HttpRequest, user: User) -> None:
    """After a sign-in."""
    digest = digest_of(request)
    if not digest:
        value = secrets.token_urlsafe(32)
        request.COOKIES[settings.BROWSER_COOKIE_NAME] = value
        request.META["NEW_BROWSER"] = value
        digest = digest_of(request)
    _, is_new = KnownBrowser.objects.update_or_create(
        user=user, digest=digest, defaults={"last_seen_at": timezone.now()}
    )
    if is_new:
        known = KnownBrowser.objects.filter(user=user).order_by("-last_seen_at", "-pk")
        surplus = [row.pk for row in known[_MOST:]]
        KnownBrowser.objects.filter(pk__in=surplus).delete()


def set_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Give the browser what `remember` has made for it."""
    value = request.META.get("NEW_BROWSER")
    if value:
        response.set_cookie(
            settings.BROWSER_COOKIE_NAME,
            value,
            max_age=KNOWN_FOR,
            secure=bool(settings.SESSION_COOKIE_SECURE),
            httponly=True,
            samesite="Lax",
        )
