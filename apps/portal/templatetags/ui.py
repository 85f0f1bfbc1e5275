"""The small parts that pages are put together from."""

from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
)
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from lucide.templatetags.lucide import lucide

from apps.accounts import closing, preferences, reachable
from apps.accounts.models import User
from apps.core import languages, numerals
from apps.mfa import enforcement
from apps.portal import notifications, shell
from apps.sms import numbers

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 18) -> SafeString:
    """A Lucide icon for the eye only; the words beside it say what it means."""
    return _drawn(name, size)


@cache
def _drawn(name: str, size: int) -> SafeString:
    """A page has sixty, and to put each together anew took a third of it."""
    drawn = lucide(name, size=size, aria_hidden="true", focusable="false")
    return SafeString(drawn)


@register.inclusion_tag("ui/_badge.html")
def badge(label: str, tone: str = "quiet") -> dict[str, Any]:
    """State in a word. Tones: ok, warn, bad, accent, quiet."""
    return {"label": label, "tone": tone}


@register.inclusion_tag("ui/_empty_state.html")
def empty_state(
    icon: str, title: str, text: str, action: str = "", url: str = ""
) -> dict[str, Any]:
    """What a place says before anything is in it, and the one thing to do about it."""
    return {"icon": icon, "title": title, "text": text, "action": action, "url": url}


@register.simple_tag
def moment(at: datetime, shape: str = "full") -> SafeString:
    """A time as the person reads it. Shapes: full ("Tomorrow, 9:00 AM"), clock, day."""
    local = timezone.localtime(at)
    day, clock = day_name(local), preferences.clock(local)
    words = {"clock": clock, "day": day}.get(shape, f"{day}, {clock}")
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), words)


@register.inclusion_tag("ui/_bell.html", takes_context=True)
def bell(context: template.Context) -> dict[str, Any]:
    """Where news is told, and how much of it is not read; where that is not known just
    now the browser asks for it afterwards. Not for whom a second factor is missing: the
    answer would be to prove it, and lead them away from setting it up."""
    request = context["request"]
    if enforcement.lacks_one(request):
        return {"unread": 0}
    return {"unread": notifications.known(request.user)}


@register.inclusion_tag("ui/_before_proof.html", takes_context=True)
def before_proof(context: template.Context) -> dict[str, Any]:
    """Where somebody was who has to prove once more who they are, and the way back."""
    request = context["request"]
    led = request.POST.get("next") or request.GET.get("next") or ""
    return {"place": shell.place_of(urlsplit(led).path)}


@register.inclusion_tag("ui/_unreachable.html", takes_context=True)
def unreachable(context: template.Context, user: User) -> dict[str, Any]:
    """Which of their addresses our letters do not reach, and the way back."""
    return {
        "suppressions": reachable.suppressed(user),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def days_to_return() -> int:
    """For how long the owner of a closed account opens it again."""
    return closing.DAYS_TO_RETURN


@register.simple_tag(takes_context=True)
def tries_left(context: template.Context) -> int | None:
    """With the code for an address; None where none was wrong yet."""
    session = context["request"].session
    wrong = session.get(EMAIL_VERIFICATION_CODE_SESSION_KEY, {}).get("failed_attempts")
    most: int = app_settings.EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS
    return most - wrong if wrong else None


@register.filter
def day_name(at: datetime) -> str:
    """ "Today", "Tomorrow", "Yesterday", else "Tue 24 Nov" with the year if not this."""
    local, now = timezone.localtime(at), timezone.localtime()
    near = {0: gettext("Today"), 1: gettext("Tomorrow"), -1: gettext("Yesterday")}
    if name := near.get((local.date() - now.date()).days):
        return name
    year = "" if local.year == now.year else f" {local.year}"
    return preferences.date(local) + year


@register.filter
def spelled(at: date, form: str) -> str:
    """A day by a format of Django's, as the language of the page writes it."""
    return languages.date(at, form)


@register.filter
def phone(number: str) -> str:
    """ "+1 202 555 0101"."""
    return numbers.display(number)


@register.filter
def milliseconds(value: int) -> str:
    """ "640 ms", "2.4 s"."""
    shown = f"{value} ms" if value < 1000 else f"{value / 1000:.1f} s"
    return numerals.shown(shown)
