"""Examples of a person's own webhooks and of what they were told."""

from typing import Any

from apps.core.example import TURN_ID, WENT_ID, Example, Id, page

WEBHOOK: dict[str, Any] = {
    "id": "01978c2e-6233-7d41-b6a0-5f2e9c8d7a92",
    "url": "https://home.example.com/hooks/switchboard",
    "name": "home",
    "types": ["message.received", "message.sent"],
    "include_text": False,
    "is_enabled": True,
    "ending": "",
    "created_at": "2026-12-01T14:00:00Z",
    "older_until": None,
    "last_success_at": None,
    "failing_since": None,
}
SECRET = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
WAITING: dict[str, Any] = {
    "id": "01978c2e-6344-7d41-b6a0-5f2e9c8d7a93",
    "type": "message.sent",
    "happened_at": "2026-12-01T14:00:00Z",
    "told": {"id": WENT_ID, "turn": TURN_ID, "kind": "reply", "state": "sent"},
    "state": "waiting",
    "attempts": 0,
    "attempted_at": None,
    "next_at": "2026-12-01T14:00:01Z",
    "status_code": None,
    "error": "",
    "answer": "",
    "milliseconds": None,
}
FAILED_ONCE: dict[str, Any] = {
    **WAITING,
    "id": "0197a3f0-5b0f-7c3e-9a41-6d2f8e0b1c4f",
    "attempts": 1,
    "attempted_at": "2026-12-01T14:00:01Z",
    "next_at": "2026-12-01T14:00:06Z",
    "status_code": 503,
    "answer": "Back in a minute.",
    "milliseconds": 84,
}
TEST: dict[str, Any] = {
    **WAITING,
    "id": "0197a3f0-5b10-7c3e-9a41-6d2f8e0b1c50",
    "type": "webhook.test",
    "told": {},
}

EXAMPLES = (
    Example("GET webhooks", page(WEBHOOK)),
    Example(
        "POST webhooks",
        {
            **WEBHOOK,
            "id": "0197a3f0-5b11-7c3e-9a41-6d2f8e0b1c51",
            "include_text": True,
            "secret": SECRET,
        },
        body={
            "url": "https://home.example.com/hooks/switchboard",
            "name": "home",
            "types": ["message.received", "message.sent"],
            "include_text": True,
        },
    ),
    Example("GET webhooks/{public_id}", WEBHOOK),
    Example(
        "PATCH webhooks/{public_id}",
        {**WEBHOOK, "is_enabled": False, "ending": "owner"},
        body={"is_enabled": False},
    ),
    Example("DELETE webhooks/{public_id}"),
    Example(
        "POST webhooks/{public_id}/rotate",
        {**WEBHOOK, "older_until": "2026-12-02T14:00:00Z", "secret": SECRET},
    ),
    Example("POST webhooks/{public_id}/test", TEST),
    Example("GET webhooks/{public_id}/deliveries", page(FAILED_ONCE, WAITING)),
    Example("POST webhooks/{public_id}/deliveries/{delivery}/redeliver", WAITING),
)
IDS = (
    Id("webhooks/{public_id}", WEBHOOK["id"]),
    Id("webhooks/{public_id}/deliveries/{delivery}", WAITING["id"]),
)
