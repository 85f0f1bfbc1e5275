"""Examples of texts as operators find and follow them."""

from typing import Any

from apps.core.example import ALICE, CAME_ID, TURN_ID, WENT_ID, Example, Id, page

WHY = {"reason": "She asked where it went"}
CAME: dict[str, Any] = {
    "id": CAME_ID,
    "sid": "SM5f2e9c8d7a6b4c3d2e1f0a9b8c7d6e5f",
    "person": ALICE,
    "number": "+1••••••••01",
    "our_number": "+12025550100",
    "has_words": True,
    "num_media": 0,
    "keyword": "",
    "turn": TURN_ID,
    "request_id": "6d2f8e0b1c469a417c3e5b060197a3f0",
    "received_at": "2026-12-01T14:00:00Z",
}
WENT: dict[str, Any] = {
    "id": WENT_ID,
    "sid": "SM0b1c469a417c3e5b060197a3f06d2f8e",
    "person": ALICE,
    "number": "+1••••••••01",
    "our_number": "+12025550100",
    "country": "US",
    "kind": "reply",
    "has_words": True,
    "encoding": "GSM-7",
    "segments": 1,
    "state": "sent",
    "delivery": "delivered",
    "error_code": "",
    "trouble": "",
    "attempts": 1,
    "turn": TURN_ID,
    "request_id": "6d2f8e0b1c469a417c3e5b060197a3f0",
    "created_at": "2026-12-01T14:00:01Z",
    "sent_at": "2026-12-01T14:00:01Z",
    "delivered_at": "2026-12-01T14:00:04Z",
}
LOST: dict[str, Any] = {
    **WENT,
    "id": "ZvRb3qosyu3NK1FXQQ5N7krys09DCgc0",
    "sid": "SM7c3e5b060197a3f06d2f8e0b1c469a41",
    "kind": "reminder",
    "delivery": "undelivered",
    "error_code": "30003",
    "trouble": "30003: The phone was off or out of reach. Switch the phone on and ask again.",
    "turn": None,
    "created_at": "2026-12-01T13:00:00Z",
    "sent_at": "2026-12-01T13:00:00Z",
    "delivered_at": None,
}
TURN: dict[str, Any] = {
    "id": TURN_ID,
    "person": ALICE,
    "number": "+1••••••••01",
    "our_number": "+12025550100",
    "started_at": "2026-12-01T14:00:00Z",
    "finished_at": "2026-12-01T14:00:01Z",
    "attempts": 1,
    "silence": "",
    "request_id": "6d2f8e0b1c469a417c3e5b060197a3f0",
}
IN_FULL = {"number": "+12025550101"}


def _step(stage: str, at: str, words: str) -> dict[str, Any]:
    return {"stage": stage, "at": at, "words": words, "is_bad": False}


_CAME, _WENT = "2026-12-01T14:00:00Z", "2026-12-01T14:00:01Z"
WAY = [
    _step("Webhook", _CAME, "Text: taken."),
    _step(
        "Identity",
        _CAME,
        "From +1••••••••01, a•••@example.com, 1042: 38 characters, 1 x GSM-7.",
    ),
    _step("Turn", _CAME, "Began with 1 text."),
    _step("Understood", _CAME, "By grammar: reminders.create."),
    _step("Tool", _CAME, "reminders.create (changes own data): done."),
    _step("Answer", _WENT, "Written."),
    _step("Sending", _WENT, "Reply to +1••••••••01: 1 x GSM-7."),
    _step("Sending", _WENT, f"Handed over at once as {WENT['sid']}."),
    _step("Carrier", "2026-12-01T14:00:04Z", "delivered."),
    _step("Cost", _CAME, "Text in: $0.0083, spent, by estimate, 1 x US."),
    _step("Cost", _WENT, "Text out: $0.0133, spent, by estimate, 1 x US."),
]

EXAMPLES = (
    Example("GET admin/sms/inbound", page(CAME)),
    Example("GET admin/sms/inbound/{id}", {**CAME, **IN_FULL}),
    Example("GET admin/sms/inbound/{id}/journey", page(*WAY)),
    Example(
        "POST admin/sms/inbound/{id}/reveal",
        {"body": "remind me to call Ana tomorrow at 9 am", "media": []},
        body=WHY,
    ),
    Example("GET admin/sms/outbound", page(WENT, LOST)),
    Example("GET admin/sms/outbound/{id}", {**WENT, **IN_FULL}),
    Example("GET admin/sms/outbound/{id}/journey", page(*WAY)),
    Example(
        "POST admin/sms/outbound/{id}/reveal",
        {"body": "Reminder set: call Ana, Wed 2 Dec, 9:00 AM. UNDO takes it back."},
        body=WHY,
    ),
    Example("GET admin/sms/turns", page(TURN)),
    Example("GET admin/sms/turns/{id}", {**TURN, **IN_FULL}),
    Example("GET admin/sms/turns/{id}/journey", page(*WAY)),
)
IDS = (
    Id("admin/sms/inbound/{id}", CAME_ID),
    Id("admin/sms/outbound/{id}", WENT_ID),
    Id("admin/sms/turns/{id}", TURN_ID),
)
