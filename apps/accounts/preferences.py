"""How somebody wants to read: their zone, their clock, their names of days."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import pgettext

from apps.accounts.models import User
from apps.core import languages

# Whose pages are being made; nobody's are read as a new account's would be.
_reader: ContextVar[User | None] = ContextVar("reader", default=None)

_API = "/api/"


@contextmanager
def of(user: User) -> Iterator[None]:
    """Words, times and dates made inside are for this person."""
    token = _reader.set(user)
    try:
        with timezone.override(user.zone), languages.speaking(user.locale):
            yield
    finally:
        _reader.reset(token)


def clock(at: datetime, reader: User | None = None) -> str:
    """The time of day, "9:05 AM" or "09:05"; `at` is in the zone it is read in."""
    reader = reader or _reader.get()
    hours = reader.clock_hours if reader else User.Clock.TWELVE
    if hours == User.Clock.TWENTY_FOUR:
        return f"{at:%H:%M}"
    am, pm = pgettext("time of day", "AM"), pgettext("time of day", "PM")
    return f"{at.hour % 12 or 12}:{at:%M} {am if at.hour < 12 else pm}"


def date(at: datetime) -> str:
    """ "Tue 24 Nov", with the names that the person's language has."""
    reader = _reader.get()
    with translation.override(reader.locale if reader else "en"):
        return date_format(at, "D j M")


class PreferencesMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User):
            return self.get_response(request)
        with of(request.user):
            if not languages.is_english(request):
                return self.get_response(request)
            with languages.speaking(languages.ENGLISH):
                if not request.path_info.startswith(_API):
                    return self.get_response(request)
                # Programs are told moments in UTC, whoever they ask for.
                with timezone.override(UTC):
                    return self.get_response(request)
