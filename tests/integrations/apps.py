"""An application as a provider sees it: it asks, redeems, renews, calls."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.integrations import browser
from tests.integrations.servers import http

BACK = "http://127.0.0.1/callback"
AUTH = "https://www.googleapis.com/auth/"
EVENTS, READ_EVENTS = f"{AUTH}calendar.events", f"{AUTH}calendar.events.readonly"
GOOGLE = "/o/oauth2/v2/auth", "/token"
MICROSOFT = "/common/oauth2/v2.0/authorize", "/common/oauth2/v2.0/token"
NOTION = "/v1/oauth/authorize", "/v1/oauth/token"


class Application:
    def __init__(
        self,
        url: str,
        paths: tuple[str, str],
        client: str = "demo",
        secret: str = "demo",
    ) -> None:
        self.url, self.client, self.secret = url, client, secret
        self._authorize, self._token = paths
        self.is_notion = paths == NOTION

    def address(self, scope: str = "", /, **more: str) -> tuple[str, str]:
        """Where to send a person, and the verifier that goes with it."""
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        query = {
            "client_id": self.client,
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": scope,
            "state": secrets.token_urlsafe(8),
        }
        if not self.is_notion:
            query["code_challenge"] = base64.urlsafe_b64encode(digest).decode()[:43]
            query["code_challenge_method"] = "S256"
        query |= more
        kept = {name: value for name, value in query.items() if value}
        return f"{self.url}{self._authorize}?{urlencode(kept)}", verifier

    def token(self, **form: str) -> httpx.Response:
        if self.is_notion:
            given = {name: value for name, value in form.items() if value}
            pair = (self.client, self.secret)
            return http.post(self.url + self._token, json=given, auth=pair)
        client = {"client_id": self.client, "client_secret": self.secret}
        return http.post(self.url + self._token, data=client | form)

    def redeem(self, code: str, verifier: str, /, **more: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        return self.token(**(form | {"code_verifier": verifier} | more))

    def renew(self, refresh_token: str, /, **more: str) -> httpx.Response:
        return self.token(
            grant_type="refresh_token", refresh_token=refresh_token, **more
        )

    def connect(
        self, scope: str = "", /, *, query: dict[str, str] | None = None, **answers: Any
    ) -> dict[str, Any]:
        """The whole walk with the page; the answer of the token endpoint."""
        if self.is_notion:
            scope = ""
        address, verifier = self.address(scope, **(query or {}))
        back = browser.consent(address, back=BACK, **answers)
        said = self.redeem(back["code"], "" if self.is_notion else verifier)
        assert said.status_code == 200, said.text
        found: dict[str, Any] = said.json()
        return found


def bearer(token: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}".strip(), **more}


def talking(token: str, **more: str) -> httpx.Client:
    headers = bearer(token, **more)
    return httpx.Client(headers=headers, verify=False, trust_env=False, timeout=30)
