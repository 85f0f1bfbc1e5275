"""Who asks the API: an app by its access token, a browser by its cookie."""

from typing import Any

from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication

from apps.accounts import personal_tokens, sessions, tokens
from apps.accounts.models import LoginSession, PersonalToken, User
from apps.core.errors import CsrfFailed


class TokenAuthentication(JWTAuthentication):
    """`Authorization: Bearer …`: an access token, or a personal one. One query;
    whatever ended the sign-in counts."""

    def authenticate(  # type: ignore[override]  # a sign-in stands where a token would
        self, request: Request
    ) -> tuple[User, LoginSession | PersonalToken] | None:
        header = self.get_header(request)
        scheme, _, rest = (header or b"").partition(b" ")
        # The case of the scheme says nothing (RFC 9110 §11.1).
        raw = self.get_raw_token(scheme.capitalize() + b" " + rest) if header else None
        if raw is None:
            return None
        asked: Any = request._request
        if personal_tokens.is_one(raw):
            own = personal_tokens.opened(raw)
            # Whatever cookie came along: this proves nothing about who asks.
            asked.sign_in, asked.personal_token = None, own
            return own.user, own
        row = tokens.opened(raw)
        sessions.insist_strong(row)
        sessions.seen(row)
        asked.sign_in = row
        return row.user, row


class CookieAuthentication(SessionAuthentication):
    """The portal's cookie, with the CSRF token for whatever changes something."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        found = super().authenticate(request)
        over = getattr(request._request, "sign_out", None)
        if found is None and over is not None:
            raise over
        return found

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied:
            raise CsrfFailed from None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
