"""Who asks, and from where, while a request is answered."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from apps.core.addresses import client_address

_BROWSER_LENGTH = 256
_request: ContextVar[HttpRequest | None] = ContextVar("audited", default=None)


@dataclass(frozen=True, slots=True)
class Origin:
    actor_id: int | None = None
    on_behalf_of_id: int | None = None
    place: Mapping[str, Any] = field(default_factory=dict)


@contextmanager
def request(asked: HttpRequest) -> Iterator[None]:
    token = _request.set(asked)
    try:
        yield
    finally:
        _request.reset(token)


def asked() -> HttpRequest | None:
    """The request that is being answered, if any."""
    return _request.get()


def current() -> Origin:
    """Looked up when something is recorded: most requests record nothing, and who
    signs in is somebody else at the end than at the beginning."""
    asked = _request.get()
    if asked is None:
        return Origin()
    user = getattr(asked, "user", None)
    shown = user.pk if user is not None and user.is_authenticated else None
    # An operator who views the site as somebody else stands here beside them.
    actor = getattr(asked, "actor", None)
    place = {
        "address": client_address(asked),
        "browser": asked.headers.get("User-Agent", "")[:_BROWSER_LENGTH],
    }
    kept = {name: value for name, value in place.items() if value}
    if actor is None or actor.pk == shown:
        return Origin(shown, None, kept)
    return Origin(actor.pk, shown, kept)
