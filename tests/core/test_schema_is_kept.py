"""What the API answers is what its schema says: status, kind of content and shape."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from jsonschema import Draft202012Validator

from apps.accounts.models import LoginSession, User
from apps.mfa.models import TOTPDevice
from apps.sms.worker import drain
from tests.factories import PASSWORD
from tests.mfa.conftest import ALICE, app_of, no_pause, person, texted
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "seven-quiet-owls-at-noon"
UNKNOWN = "01a21553-ce68-7f91-be39-4c7a4254fa7e"
Json = dict[str, Any]


class Asked:
    """Somebody who looks each answer up in the schema."""

    def __init__(self, schema: Json, kind: str) -> None:
        self.schema, self.kind, self.client = schema, kind, Client()
        self.headers: dict[str, str] = {}
        self.wrong: list[str] = []
        self.seen: set[tuple[str, str, int]] = set()

    def auth(self, verb: str, place: str, body: Any = None, **headers: str) -> Any:
        path = f"/api/auth/{self.kind}/v1/{place}"
        known = path if path in self.schema["paths"] else ""
        template = known or f"/api/auth/{{client}}/v1/{place}"
        answer = self._ask(verb, path, template, body, headers)
        meta = answer.json().get("meta", {}) if answer.content else {}
        if token := meta.get("access_token"):
            self.headers = {"authorization": f"Bearer {token}"}
        elif token := meta.get("session_token"):
            self.headers = {"x-session-token": token}
        return answer

    def api(self, verb: str, place: str, body: Any = None, template: str = "") -> Any:
        path = f"/api/v1/{place}"
        return self._ask(verb, path, f"/api/v1/{template or place}", body, {})

    def _ask(
        self, verb: str, path: str, template: str, body: Any, headers: Json
    ) -> Any:
        sent = body if isinstance(body, str) else json.dumps(body)
        answer = self.client.generic(
            verb.upper(),
            path,
            "" if body is None else sent,
            content_type="application/json",
            headers=self.headers | headers,
        )
        operation = self.schema["paths"].get(template, {}).get(verb)
        self.seen.add((verb, template, answer.status_code))
        if why := self._differs(operation, answer):
            self.wrong.append(f"{verb} {template} {answer.status_code}: {why}")
        return answer

    def _differs(self, operation: Json | None, answer: Any) -> str:
        if operation is None:
            return "no such operation"
        told = operation["responses"].get(str(answer.status_code))
        if told is None:
            return "no such status"
        if not answer.content:
            return ""
        kind = answer["Content-Type"].partition(";")[0]
        shape = told.get("content", {}).get(kind)
        if shape is None:
            return f"no such content: {kind}"
        whole = {**shape["schema"], "components": self.schema["components"]}
        found = Draft202012Validator(whole).iter_errors(answer.json())
        return "; ".join(error.message for error in found)


@pytest.fixture
def schema() -> Json:
    found: Json = Client().get("/api/schema/?format=json").json()
    return found


@pytest.fixture
def ask(schema: Json) -> Callable[[str], Asked]:
    return lambda kind: Asked(schema, kind)


@pytest.mark.parametrize("kind", ["app", "browser"])
def test_signing_up_and_in(ask: Callable[[str], Asked], kind: str) -> None:
    asked = ask(kind)
    asked.auth("get", "config")
    asked.auth("get", "auth/session")
    given = {"email": "dora@example.com", "password": "short"}
    asked.auth("post", "auth/signup", given)
    asked.auth("post", "auth/signup", given | {"password": PASSWORD})
    asked.auth("post", "auth/email/verify", {"key": "WRONG"})
    asked.auth("post", "auth/email/verify/resend")
    found = re.search(r"code is\s+(\S+)", str(mail.outbox[-1].body))
    assert found
    asked.auth("post", "auth/email/verify", {"key": found[1]})
    asked.auth("get", "auth/session")
    asked.auth("get", "account/email")
    asked.auth("post", "account/email", {"email": "second@example.com"})
    asked.auth("post", "account/email", {"email": "none"})
    asked.auth("patch", "account/email", {"email": "x@example.com", "primary": True})
    asked.auth("delete", "account/email", {"email": "second@example.com"})
    asked.auth("post", "auth/reauthenticate", {"password": "wrong-wrong-wrong"})
    asked.auth("post", "auth/reauthenticate", {"password": PASSWORD})
    change = {"current_password": PASSWORD, "new_password": "short"}
    asked.auth("post", "account/password/change", change)
    asked.auth("post", "account/password/change", change | {"new_password": NEW})
    asked.auth("post", "auth/login", {"email": "dora@example.com", "password": NEW})
    asked.auth("delete", "auth/session")
    asked.headers = {}
    asked.auth("post", "auth/login", {"email": "dora@example.com", "password": "no"})
    asked.auth("post", "auth/login", {"email": 5, "password": []})
    asked.auth("post", "auth/login", "{")
    asked.auth("post", "auth/password/request", {"email": "dora@example.com"})
    asked.auth("post", "auth/password/reset", {"key": "1-x", "password": NEW})
    asked.auth("get", "auth/webauthn/login")
    asked.auth("post", "auth/webauthn/login", {"credential": {}})
    for _ in range(25):
        asked.auth("post", "auth/password/request", {"email": "noone@example.com"})
    assert not asked.wrong
    assert {status for *_, status in asked.seen} >= {200, 400, 401, 429}


@pytest.mark.parametrize("kind", ["app", "browser"])
def test_the_second_step(ask: Callable[[str], Asked], kind: str) -> None:
    asked, alice = ask(kind), person("alice@example.com", ALICE)
    app = app_of(alice)
    asked.auth("get", "auth/2fa/authenticate")
    asked.auth("post", "auth/login", {"email": alice.email, "password": PASSWORD})
    asked.auth("get", "auth/2fa/authenticate")
    for given in ({"code": "000000"}, {"code": "0"}, {"factor": "sms"}, {}):
        asked.auth("post", "auth/2fa/authenticate", given)
        no_pause(app)
    asked.auth("post", "auth/2fa/authenticate", {"code": app.code()})
    asked.auth("get", "auth/2fa/reauthenticate")
    asked.auth("post", "auth/2fa/reauthenticate", {"code": "000000"})
    asked.auth("get", "account/authenticators/webauthn")
    LoginSession.objects.update(proved_twice_at="2026-01-01T00:00:00Z")
    asked.auth("get", "account/authenticators/webauthn")
    asked.auth("post", "account/email", {"email": "new@example.com"})
    assert not asked.wrong
    assert {status for *_, status in asked.seen} >= {200, 400, 401}


def test_tokens(ask: Callable[[str], Asked]) -> None:
    asked, alice = ask("app"), person("alice@example.com")
    given = {"email": alice.email, "password": PASSWORD}
    pair = asked.auth("post", "auth/login", given).json()["meta"]
    asked.auth("post", "tokens/refresh", {"refresh_token": pair["refresh_token"]})
    asked.auth("post", "tokens/refresh", {"refresh_token": "x"})
    asked.auth("post", "tokens/refresh", {})
    assert not asked.wrong


def test_about_oneself(ask: Callable[[str], Asked]) -> None:
    asked, alice = ask("browser"), person("alice@example.com", ALICE)
    asked.api("get", "me")
    asked.client = signed_in(alice, twice=False)
    number = str(alice.phone_numbers.get().public_id)
    for place in ("me", "me/preferences", "me/security", "me/sessions", "me/mfa"):
        asked.api("get", place)
    asked.api("get", "me/devices")
    for body in ({"name": "Alice A."}, {"name": 5}, {"email": "x"}, "{"):
        asked.api("patch", "me", body)
    asked.api("patch", "me/preferences", {"theme": "dark"})
    asked.api("patch", "me/preferences", {"theme": "pink"})
    asked.api("get", "me/letters")
    for wanted in ([], ["alerts"], "alerts", [5]):
        asked.api("put", "me/letters", {"wanted": wanted})
    asked.api("delete", "me/mfa/totp")
    asked.api("delete", "me/mfa/sms")
    asked.api("post", "me/mfa/recovery-codes")
    asked.api("post", "me/mfa/totp")
    asked.api("post", "me/mfa/totp/confirm", {"code": "1"})
    code = TOTPDevice.objects.get(user=alice).code()
    asked.api("post", "me/mfa/totp/confirm", {"code": code})
    asked.api("post", "me/mfa/sms", {"phone": UNKNOWN})
    asked.api("post", "me/mfa/sms", {"phone": number})
    asked.api("post", "me/mfa/sms/confirm", {"code": texted()})
    asked.api("post", "me/mfa/recovery-codes")
    asked.api("post", "me/mfa/lost/veto")
    asked.api("delete", f"me/sessions/{UNKNOWN}", template="me/sessions/{sid}")
    asked.api("delete", f"me/devices/{UNKNOWN}", template="me/devices/{public_id}")
    made = asked.api("post", "me/export").json()["id"]
    asked.api("post", "me/export")
    asked.api("get", "me/export")
    one = "me/export/{public_id}"
    asked.api("get", f"me/export/{made}", template=one)
    asked.api("get", f"me/export/{UNKNOWN}", template=one)
    asked.api("get", f"me/export/{made}/file", template=f"{one}/file")
    asked.api("post", "me/sessions/revoke-others")
    LoginSession.objects.update(proved_twice_at="2026-01-01T00:00:00Z")
    asked.api("post", "me/close")
    asked.api("post", "me/panic")
    asked.api("get", "me")
    assert not asked.wrong
    assert User.objects.get(pk=alice.pk).frozen_at
    assert {status for *_, status in asked.seen} >= {200, 204, 400, 401, 404, 409}


def test_what_the_assistant_keeps(ask: Callable[[str], Asked]) -> None:
    asked, alice = ask("app"), person("alice@example.com")
    asked.client = signed_in(alice)
    said = asked.api("post", "messages", {"words": "remind me to eat tomorrow at 5pm"})
    asked.api("post", "messages", {"words": ""})
    drain()
    asked.api("get", "messages")
    asked.api("get", "messages?cursor=x", template="messages")
    one = "messages/{message}"
    found = asked.api("get", f"messages/{said.json()['id']}", template=one)
    for deed in [UNKNOWN, *(each["undo"] for each in found.json()["deeds"])]:
        place = f"messages/undo/{deed}"
        asked.api("post", place, {}, template="messages/undo/{handle}")
    asked.api("get", "messages/in-0", template=one)
    asked.api("get", "conversations")
    for which in ("web", UNKNOWN):
        place = f"conversations/{which}/messages"
        asked.api("get", place, template="conversations/{conversation}/messages")
    asked.api("post", "reminders/parse", {"words": "call mum at 7"})
    asked.api("post", "reminders", {"words": "call mum at 7"})
    own = {
        "reminders": ({"words": "stretch every weekday at 9"}, {"when": "at 10"}),
        "lists": ({"name": "garden"}, {"name": "gardens"}),
        "notes": ({"text": "the gate sticks"}, {"text": "it does not"}),
        "memory": ({"text": "my shoe size is 42"}, {"text": "my shoe size is 43"}),
    }
    for noun, (new, other) in own.items():
        template = f"{noun}/{{public_id}}"
        for body in (new, {}):
            made = asked.api("post", noun, body).json()
            asked.api("get", noun)
            place = f"{noun}/{made.get('id', UNKNOWN)}"
            asked.api("patch", place, other, template=template)
            asked.api("patch", place, {"no": "field"}, template=template)
            if noun != "memory":
                asked.api("get", place, template=template)
            asked.api("delete", place, template=template)
    for noun in ("approvals", "approvals/standing", "features", "memory/talked-about"):
        asked.api("get", noun)
    for which in ("reminders", "none"):
        place = f"features/{which}"
        asked.api("patch", place, {"is_on": True}, template="features/{key}")
    for by in ("letter", "text", "pigeon"):
        asked.api("post", "notifications/test", {"by": by})
    asked.api("get", "features/brief/time")
    for at in ("07:30", None, "7.30"):
        asked.api("put", "features/brief/time", {"at": at})
    assert not asked.wrong
    statuses = {status for *_, status in asked.seen}
    assert statuses >= {200, 201, 202, 204, 400, 404}


def test_the_calendar(ask: Callable[[str], Asked]) -> None:
    asked, alice = ask("browser"), person("alice@example.com")
    asked.api("get", "events")
    asked.client = signed_in(alice, twice=False)
    day = {"title": "Fair", "first_day": "2026-12-05"}
    hour = {"starts_at": "2026-12-01T09:00:00Z", "ends_at": "2026-12-01T10:00:00Z"}
    fair = asked.api("post", "events", day).json()["id"]
    series = {"title": "Standup", **hour, "rule": "FREQ=DAILY;COUNT=40"}
    standup = asked.api("post", "events", series).json()["id"]
    for body in ({"title": "x"}, {**series, "rule": "x"}, {"title": 5}, "{"):
        asked.api("post", "events", body)
    one = "events/{public_id}"
    asked.api("get", f"events/{standup}", template=one)
    asked.api("get", f"events/{UNKNOWN}", template=one)
    asked.api("patch", f"events/{fair}", {"place": "Field"}, template=one)
    asked.api("patch", f"events/{fair}", {"last_day": "x"}, template=one)
    moved = {"at": "2026-12-02T09:00:00Z", "title": "Late standup"}
    assert asked.api("patch", f"events/{standup}", moved, template=one).json()["series"]
    asked.api("patch", f"events/{standup}", moved, template=one)
    asked.api("delete", f"events/{fair}", template=one)
    for query in ("from=2026-12-01&to=2027-02-01&limit=5", "from=x"):
        answer = asked.client.get(f"/api/v1/events?{query}")
        operation = asked.schema["paths"]["/api/v1/events"]["get"]
        assert not asked._differs(operation, answer)
    assert not asked.wrong
    assert {status for *_, status in asked.seen} >= {200, 201, 204, 400, 401, 404}
