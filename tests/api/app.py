"""An app that asks by its token, and what it was told on the way in."""

import json
from typing import Any

from django.test import Client

from apps.accounts import sessions, tokens
from apps.accounts.models import User

AUTH = "/api/auth/app/v1/"


class App:
    """Of nobody yet, or of `user`, who proved two factors a moment ago."""

    def __init__(self, user: User | None = None) -> None:
        self.client = Client()
        self.headers: dict[str, str] = {}
        self.refresh_token = ""
        if user is not None:
            self.be(user)

    def be(self, user: User) -> None:
        row = sessions.begin(
            user=user, client="app", proved=["password", "totp"], twice=True
        )
        pair = tokens.issue(row)
        self.headers = {"Authorization": f"Bearer {pair.access}"}
        self.refresh_token = pair.refresh

    def ask(self, verb: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.generic(
            verb.upper(),
            path,
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers=self.headers | headers,
        )

    def auth(self, verb: str, place: str, body: Any = None) -> Any:
        """A step of signing in; what the answer hands out goes along from then on."""
        answer = self.ask(verb, AUTH + place, body)
        found = answer.json()
        meta = found.get("meta", {})
        if token := meta.get("session_token"):
            self.headers = {"X-Session-Token": token}
        return found
