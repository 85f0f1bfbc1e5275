"""Examples of messages."""

from apps.core.example import CAME_ID, TURN_ID, WENT_ID, Example, Id, page

SAID = {
    "id": CAME_ID,
    "direction": "in",
    "body": "remind me to call Ana tomorrow at 9 am",
    "at": "2026-12-01T14:00:00Z",
    "turn": TURN_ID,
    "state": "Written here",
    "next_step": "",
    "kind": "text",
    "number": "web",
    "segments": 0,
    "files": [],
}
ANSWER = {
    "id": WENT_ID,
    "direction": "out",
    "body": "Reminder set: call Ana, Wed 2 Dec, 9:00 AM. UNDO takes it back.",
    "at": "2026-12-01T14:00:00Z",
    "turn": TURN_ID,
    "state": "",
    "next_step": "",
    "kind": "reply",
    "number": "web",
    "segments": 0,
    "files": [],
}
BY_PHONE = {"number": "+12025550101", "segments": 1}

EXAMPLES = (
    Example(
        "GET conversations",
        page(
            {
                "id": "01978c2e-58d7-7d41-b6a0-5f2e9c8d7a6b",
                "number": "+12025550101",
                "name": "",
                "messages": "https://switchboard.example/api/v1/conversations/01978c2e-58d7-7d41-b6a0-5f2e9c8d7a6b/messages",
            },
            {
                "id": "web",
                "number": "",
                "name": "",
                "messages": "https://switchboard.example/api/v1/conversations/web/messages",
            },
        ),
    ),
    Example(
        "GET conversations/{conversation}/messages",
        page(
            {**SAID, "body": "buy milk", "state": "Received", **BY_PHONE},
            {
                **ANSWER,
                "body": "New list Shopping: milk.",
                "state": "Handed over",
                **BY_PHONE,
            },
        ),
    ),
    Example("GET messages", page(SAID, ANSWER)),
    Example(
        "POST messages",
        {"id": CAME_ID},
        body={"words": "remind me to call Ana tomorrow at 9 am"},
    ),
    Example(
        "GET messages/{message}",
        {
            **SAID,
            "answer": ANSWER,
            "is_waiting": False,
            "deeds": [
                {
                    "title": "Set a reminder",
                    "state": "",
                    "receipt": "",
                    "undo": "0197a3f0-5b01-7c3e-9a41-6d2f8e0b1c41",
                    "approval": "",
                    "about": "",
                }
            ],
        },
    ),
    Example("GET messages/files/{public_id}", "A picture."),
    Example(
        "POST messages/undo/{handle}",
        {"said": "Undone: the reminder call Ana is removed."},
    ),
)
IDS = (
    Id("conversations/{conversation}", "01978c2e-58d7-7d41-b6a0-5f2e9c8d7a6b"),
    Id("messages/files/{public_id}", "01978c2e-6315-7d41-b6a0-5f2e9c8d7b06"),
    Id("messages/undo/{handle}", "01978c2e-5691-7d41-b6a0-5f2e9c8d7a5d"),
    Id("messages/{message}", CAME_ID),
)
