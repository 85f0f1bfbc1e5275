"""Examples of reminders."""

from apps.core.example import Example, Id, page

REMINDER = {
    "id": "01978c2e-59fa-7d41-b6a0-5f2e9c8d7a72",
    "text": "call Ana",
    "due_at": "2026-12-02T14:00:00Z",
    "when": "Wed 2 Dec, 9:00 AM",
    "rule": "",
    "zone": "America/New_York",
    "state": "active",
    "series": None,
    "snoozes": 0,
    "note": "",
    "held_until": None,
    "created_at": "2026-12-01T14:00:00Z",
}

EXAMPLES = (
    Example("GET reminders", page(REMINDER)),
    Example(
        "POST reminders",
        {
            **REMINDER,
            "id": "0197a3f0-5b0e-7c3e-9a41-6d2f8e0b1c4e",
            "due_at": "2026-12-04T14:00:00Z",
            "when": "every Fri 9:00 AM, next Fri 4 Dec",
            "rule": "FREQ=WEEKLY;BYDAY=FR",
        },
        body={"words": "call Ana every friday at 9 am"},
    ),
    Example("GET reminders/{public_id}", REMINDER),
    Example(
        "PATCH reminders/{public_id}",
        {**REMINDER, "due_at": "2026-12-02T15:00:00Z", "when": "Wed 2 Dec, 10:00 AM"},
        body={"when": "tomorrow at 10 am"},
    ),
    Example("DELETE reminders/{public_id}"),
    Example(
        "POST reminders/{public_id}/snooze",
        {
            **REMINDER,
            "due_at": "2026-12-02T14:30:00Z",
            "when": "Wed 2 Dec, 9:30 AM",
            "snoozes": 1,
        },
        body={"minutes": 30},
    ),
    Example(
        "POST reminders/parse",
        {
            "text": "call Ana",
            "due_at": None,
            "rule": "",
            "when": "",
            "question": "Which time do you mean?",
            "options": [
                {"label": "tomorrow 7:00 AM", "when": "2026-12-02 07:00"},
                {"label": "tomorrow 7:00 PM", "when": "2026-12-02 19:00"},
            ],
        },
        body={"words": "call Ana at 7"},
    ),
)
IDS = (Id("reminders/{public_id}", "01978c2e-59fa-7d41-b6a0-5f2e9c8d7a72"),)
