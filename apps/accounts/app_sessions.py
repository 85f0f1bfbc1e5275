"""What the server remembers of an app that is signed in.

Until everything is proved an app holds the key of a pending session
(`X-Session-Token`). Afterwards that key is worth nothing: what the server remembers
moves to a session only the server can name, and the app shows its access token.
"""

from typing import Any

from django.contrib.sessions.backends.base import CreateError, UpdateError

from apps.accounts import cookies, tokens
from apps.accounts.models import LoginSession
from apps.accounts.sessionstore import SessionStore
from apps.core import vault


class _Remembered(SessionStore):
    """Its key never leaves the server, so there is nothing to change it for."""

    def cycle_key(self) -> None:
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        try:
            super().save(must_create)
        except UpdateError:
            # Another request of the same app, which was overtaken, has forgotten it:
            # the next one begins anew.
            pass


def remembered(row: LoginSession) -> SessionStore:
    """What allauth keeps between the requests of one app's sign-in."""
    key, *_older = vault.digests(str(row.pk), purpose="accounts.remembered")
    store = _Remembered(key)
    if cookies.sid_of(store) is None:
        store = _Remembered(key)
        # Not looked for again: what is not found takes the key away from the store.
        store._session_cache = {}  # type: ignore[attr-defined]  # not in the stubs
        cookies.adopt(store, row)
        try:
            store.save(must_create=True)
        except CreateError:  # another request of the same app was faster
            return _Remembered(key)
    return store


def move(request: Any, row: LoginSession) -> None:
    """Out of the pending session, which is over. allauth may put one answer together
    twice."""
    pending = request.session
    if not isinstance(pending, _Remembered):
        request.session = remembered(row)
        request.session.update(dict(pending.items()))
        pending.delete()


def payload(pair: tokens.Pair) -> dict[str, Any]:
    return {
        "access_token": pair.access,
        "refresh_token": pair.refresh,
        "expires_in": pair.expires_in,
    }
