"""Examples of what a person should know of themself."""

from apps.core.example import Example, Id, page

NOTIFICATION = {
    "id": "approval-01978c2e-4a10-7d41-b6a0-5f2e9c8d7a10",
    "kind": "approval",
    "at": "2026-12-01T14:00:00Z",
    "words": "Your yes is waited for: send a mail to ana@example.com: the table is booked.",
    "next_step": "Say yes or no.",
    "url": "https://switchboard.example/app/approvals/",
    "is_read": False,
}
MADE = {
    "at": "2026-12-01T14:00:00Z",
    "action": "accounts.personaltoken.add",
    "outcome": "done",
    "who": "you",
    "words": "Made a token for the API",
    "reason": "",
    "place": "",
}
TAKEN_BACK = {
    "at": "2026-12-01T14:00:00Z",
    "action": "accounts.personaltoken.delete",
    "outcome": "done",
    "who": "you",
    "words": "Took a token for the API back",
    "reason": "",
    "place": "127.0.0.1",
}

EXAMPLES = (
    Example("GET me/activity", page(TAKEN_BACK, MADE)),
    Example(
        "GET me/security",
        {
            "factors": [
                {"id": "totp", "name": "Authenticator app", "is_backup": False}
            ],
            "factors_go_at": None,
            "sign_ins": 1,
            "events": [
                TAKEN_BACK,
                MADE,
            ],
        },
    ),
    Example("GET notifications", {**page(NOTIFICATION), "unread": 1}),
    Example(
        "POST notifications/{notification}/read", {**NOTIFICATION, "is_read": True}
    ),
    Example("POST notifications/read-all"),
    Example(
        "POST notifications/test",
        {"words": "A letter is on its way to alice@example.com."},
        body={"by": "letter"},
    ),
)
IDS = (
    Id("notifications/{notification}", "approval-01978c2e-4a10-7d41-b6a0-5f2e9c8d7a10"),
)
