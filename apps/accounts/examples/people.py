"""Examples of what operators do about somebody's account."""

from apps.core.example import Example, Id, page

_ONE = "admin/users/{public_id}"
WHY = {"reason": "She asked for it by phone"}
PREFERENCES = {
    "clock_hours": 12,
    "first_weekday": 0,
    "locale": "en",
    "theme": "system",
    "quiet_from": None,
    "quiet_until": None,
    "paused_until": None,
}
# As a list has it.
SIGN_IN = {
    "id": "0197a3f0-5b14-7c3e-9a41-6d2f8e0b1c54",
    "client": "browser",
    "device": "Firefox on Windows",
    "methods": ["password"],
    "address": "2•••",
    "created_at": "2026-12-01T14:00:00Z",
    "last_seen_at": "2026-12-01T15:10:00Z",
    "proved_at": "2026-12-01T14:00:00Z",
    "proved_twice_at": None,
    "expires_at": "2026-12-02T14:00:00Z",
    "ended_at": None,
    "ending": "",
}

EXAMPLES = (
    Example(f"POST {_ONE}/suspend", body={"reason": "Sent spam for hours"}),
    Example(f"POST {_ONE}/restore", body={"reason": "It was not her who sent it"}),
    Example(f"POST {_ONE}/password-letter", body=WHY),
    Example(f"GET {_ONE}/preferences", PREFERENCES),
    Example(
        f"PATCH {_ONE}/preferences",
        {**PREFERENCES, "quiet_from": "22:00", "quiet_until": "07:00"},
        body={"quiet_from": "22:00", "quiet_until": "07:00"},
    ),
    Example(f"GET {_ONE}/sessions", page(SIGN_IN)),
    Example(f"DELETE {_ONE}/sessions", {"ended": 1}, body=WHY),
    Example(f"GET {_ONE}/sessions/{{sid}}", {**SIGN_IN, "address": "203.0.113.7"}),
    Example(f"DELETE {_ONE}/sessions/{{sid}}", body=WHY),
    Example(
        f"GET {_ONE}/devices",
        page(
            {
                "id": "0197a3f0-5b15-7c3e-9a41-6d2f8e0b1c55",
                "name": "Firefox on Windows",
                "created_at": "2026-12-01T14:00:00Z",
                "last_seen_at": "2026-12-01T14:00:00Z",
                "trusted_until": "2026-12-31T14:00:00Z",
            }
        ),
    ),
    Example(f"DELETE {_ONE}/devices/{{browser_id}}", body=WHY),
)
IDS = (
    Id(f"{_ONE}/sessions/{{sid}}", "0197a3f0-5b14-7c3e-9a41-6d2f8e0b1c54"),
    Id(f"{_ONE}/devices/{{browser_id}}", "0197a3f0-5b15-7c3e-9a41-6d2f8e0b1c55"),
)
