"""Browsers that are not asked for the second factor for thirty days.

A row for each browser, so one can be forgotten without the others. Trust spares the
second step of a sign-in and nothing else: it is no proof for what asks again, and whoever
may enter the console is always asked.
"""

import hashlib
import re
import secrets
from uuid import UUID

from allauth.core.internal.httpkit import is_headless_request
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.accounts.models import User
from apps.core import vault
from apps.core.errors import NotFound
from apps.mfa import enforcement
from apps.mfa.factors import passkey
from apps.mfa.models import RecoveryDevice, SMSDevice, TOTPDevice, TrustedBrowser
from apps.mfa.models.trusted import TrustedBrowserQuerySet
from apps.rbac import audit

_BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
_NAMES = {"Edg": "Edge", "OPR": "Opera"}
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")


def may_be_trusted(user: User) -> bool:
    return not enforcement.is_required(user)


def trust(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """From the next sign-in on. Always a new value: one that was there before the
    sign-in may have been put there by somebody who knows it."""
    if not may_be_trusted(user):
        return
    secret = secrets.token_urlsafe(32)
    browser = TrustedBrowser.objects.create(
        user=user,
        secret_digest=_digest(secret),
        fingerprint=_fingerprints(user)[0],
        label=_label(request.headers.get("User-Agent", "")),
        expires_at=timezone.now() + TrustedBrowser.GOOD_FOR,
    )
    audit.done("mfa.trust.add", actor=user, subject=user, obj=browser)
    response.set_cookie(
        _cookie(user),
        secret,
        max_age=TrustedBrowser.GOOD_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def is_trusted(request: HttpRequest, user: User) -> bool:
    """Whether this browser may skip the second step of this person's sign-in."""
    secret = request.COOKIES.get(_cookie(user), "")
    # An app sends whatever it likes as cookies, and has no browser to trust.
    if not secret or is_headless_request(request) == "app":
        return False
    if not may_be_trusted(user):
        return False
    now = timezone.now()
    found = browsers(user).filter(secret_digest=_digest(secret))
    if not found.update(last_used_at=now):
        return False
    audit.decided("mfa.trust.use", allowed=True, actor=user)
    return True


def browsers(user: User) -> TrustedBrowserQuerySet:
    """Those that are trusted now."""
    return TrustedBrowser.objects.live(user, _fingerprints(user))


def forget(*, user: User, public_id: UUID) -> None:
    """Ask that browser again. Raises NotFound for one that is not theirs."""
    found = browsers(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound("That browser is not on your list.")
    found.revoked_at = timezone.now()
    found.save(update_fields=["revoked_at"])
    audit.done("mfa.trust.remove", actor=user, subject=user, obj=found)


def _cookie(user: User) -> str:
    """One for each person, so that people who share a browser keep each their own."""
    return f"trusted_{hashlib.sha256(user.public_id.bytes).hexdigest()[:16]}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _fingerprints(user: User) -> list[str]:
    """Newest key first, like `vault.digests`."""
    parts = [str(user.pk), user.password]
    for model in (TOTPDevice, SMSDevice, RecoveryDevice):
        own = model.objects.filter(user=user, confirmed=True).order_by("pk")
        parts += [f"{model.__name__}{pk}" for pk in own.values_list("pk", flat=True)]
    parts += [f"key{pk}" for pk in passkey.keys(user).values_list("pk", flat=True)]
    return vault.digests("|".join(parts), purpose="mfa.trust")


def _label(agent: str) -> str:
    """What to tell a browser by: "Firefox, Windows"."""
    browser = next((each for each in _BROWSERS if each in agent), "")
    system = next((each for each in _SYSTEMS if each in agent), "")
    named = _NAMES.get(browser, browser)
    return ", ".join(filter(None, (named, re.sub(" OS$", "", system)))) or "A browser"
