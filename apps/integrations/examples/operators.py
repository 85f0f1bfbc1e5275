"""Examples of connections and providers as operators see them, and act on them."""

from typing import Any

from apps.core.example import ALICE, Example, Id, page
from apps.integrations.examples.connections import ONE as OWN

OWN_ID = str(OWN["id"])
WHY = {"reason": "She asked us to"}
CONNECTION: dict[str, Any] = {
    "id": OWN_ID,
    "person": ALICE,
    "provider": "google",
    "account": "a•••@example.com",
    "status": "connected",
    "reason": "",
    "why": "",
    "features": ["calendar.read", "mail.send"],
    "failures": 0,
    "connected_at": "2026-12-01T14:00:00Z",
    "last_used_at": None,
    "next_attempt_at": None,
    "ended_at": None,
}
ONE: dict[str, Any] = {
    **CONNECTION,
    "account": "alice@example.com",
    "uid": "110248495921238986420",
    "scopes": [
        "https://www.googleapis.com/auth/calendar.events.readonly",
        "https://www.googleapis.com/auth/gmail.send",
        "email",
        "openid",
    ],
    "renewal": OWN["renewal"],
}
RENEWED: dict[str, Any] = {
    "at": "2026-12-01T14:50:00Z",
    "provider": "google",
    "kind": "refresh",
    "outcome": "renewed",
    "code": "",
    "milliseconds": 84,
    "person": ALICE,
    "connection": OWN_ID,
    "request_id": "6d2f8e0b1c469a417c3e5b060197a3f0",
}
REFUSED: dict[str, Any] = {
    **RENEWED,
    "at": "2026-12-01T13:20:00Z",
    "provider": "notion",
    "kind": "not_connected",
    "outcome": "denied",
    "code": "access_denied",
    "milliseconds": None,
    "connection": None,
}
GOOGLE: dict[str, Any] = {
    "id": "google",
    "is_stopped": False,
    "stopped_because": "",
    "stopped_at": None,
    "try_at": None,
    "connections": {"connected": 412},
    "renewed": 9214,
    "not_renewed": 3,
    "refresh_success": 100.0,
    "calls": 30512,
    "error_rate": 0.2,
    "milliseconds_a_call": 184,
}
NOTION: dict[str, Any] = {
    "id": "notion",
    "is_stopped": True,
    "stopped_because": "client",
    "stopped_at": "2026-12-01T13:50:00Z",
    "try_at": "2026-12-01T14:05:00Z",
    "connections": {},
    "renewed": 0,
    "not_renewed": 0,
    "refresh_success": None,
    "calls": 0,
    "error_rate": None,
    "milliseconds_a_call": None,
}

EXAMPLES = (
    Example("GET admin/oauth/connections", page(CONNECTION)),
    Example("GET admin/oauth/connections/{public_id}", ONE),
    Example("DELETE admin/oauth/connections/{public_id}", body=WHY),
    Example("POST admin/oauth/connections/{public_id}/pause", body=WHY),
    Example("POST admin/oauth/connections/{public_id}/resume", body=WHY),
    Example("POST admin/oauth/connections/{public_id}/renew", body=WHY),
    Example("GET admin/oauth/events", page(RENEWED, REFUSED)),
    Example("GET admin/oauth/providers", page(GOOGLE, NOTION)),
    Example(
        "POST admin/oauth/providers/{provider}/stop",
        body={"reason": "Google has a bad day"},
    ),
    Example(
        "POST admin/oauth/providers/{provider}/resume",
        body={"reason": "Google answers again"},
    ),
)
IDS = (
    Id("admin/oauth/connections/{public_id}", OWN_ID),
    Id("admin/oauth/providers/{provider}", "google"),
)
