"""Examples of what somebody sees and does of their own account."""

from apps.core.example import Example, Id, page

ME = {
    "id": "0197a3f0-5b06-7c3e-9a41-6d2f8e0b1c46",
    "email": "alice@example.com",
    "name": "Alice Archer",
    "timezone": "America/New_York",
    "created_at": "2026-12-01T14:00:00Z",
}
PREFERENCES = {
    "clock_hours": 12,
    "first_weekday": 0,
    "locale": "en",
    "theme": "system",
    "quiet_from": None,
    "quiet_until": None,
    "paused_until": None,
}
EXPORT = {
    "id": "01978c2e-5328-7d41-b6a0-5f2e9c8d7a48",
    "state": "making",
    "percent": None,
    "words": "",
    "size": 0,
    "created_at": "2026-12-01T14:00:00Z",
    "ready_at": None,
    "expires_at": None,
}

EXAMPLES = (
    Example("GET me", ME),
    Example(
        "PATCH me",
        {**ME, "name": "Alice A.", "timezone": "Europe/Madrid"},
        body={"name": "Alice A.", "timezone": "Europe/Madrid"},
    ),
    Example("POST me/close"),
    Example("GET me/export", page(EXPORT)),
    Example("POST me/export", {**EXPORT, "id": "0197a3f0-5b07-7c3e-9a41-6d2f8e0b1c47"}),
    Example("GET me/export/{public_id}", EXPORT),
    Example("DELETE me/export/{public_id}"),
    Example("GET me/export/{public_id}/file", "A ZIP file."),
    Example(
        "GET me/letters",
        page(
            {
                "id": "texts",
                "name": "Texts that did not arrive, or got no answer",
                "about": "At most one of each a day, with what you can do about it.",
                "is_wanted": True,
            },
            {
                "id": "offers",
                "name": "Offers to share",
                "about": "When somebody wants to share something with you and you have no phone linked.",
                "is_wanted": True,
            },
        ),
    ),
    Example(
        "PUT me/letters",
        page(
            {
                "id": "texts",
                "name": "Texts that did not arrive, or got no answer",
                "about": "At most one of each a day, with what you can do about it.",
                "is_wanted": False,
            },
            {
                "id": "offers",
                "name": "Offers to share",
                "about": "When somebody wants to share something with you and you have no phone linked.",
                "is_wanted": True,
            },
        ),
        body={"wanted": ["offers"]},
    ),
    Example("POST me/panic"),
    Example("GET me/preferences", PREFERENCES),
    Example(
        "PATCH me/preferences",
        {**PREFERENCES, "theme": "dark", "quiet_from": "22:00", "quiet_until": "07:00"},
        body={"theme": "dark", "quiet_from": "22:00", "quiet_until": "07:00"},
    ),
    Example(
        "GET me/sessions",
        page(
            {
                "id": "01978c2e-544b-7d41-b6a0-5f2e9c8d7a4f",
                "client": "browser",
                "device": "Browser",
                "address": None,
                "methods": ["password", "totp"],
                "is_current": False,
                "created_at": "2026-12-01T14:00:00Z",
                "last_seen_at": "2026-12-01T14:00:00Z",
                "expires_at": "2026-12-02T14:00:00Z",
            },
            {
                "id": "0197a3f0-5b08-7c3e-9a41-6d2f8e0b1c48",
                "client": "app",
                "device": "App",
                "address": None,
                "methods": ["password", "totp"],
                "is_current": True,
                "created_at": "2026-12-01T14:00:00Z",
                "last_seen_at": "2026-12-01T14:00:00Z",
                "expires_at": "2026-12-02T14:00:00Z",
            },
        ),
    ),
    Example("DELETE me/sessions/{sid}"),
    Example("POST me/sessions/revoke-others"),
)
IDS = (
    Id("me/export/{public_id}", "01978c2e-5328-7d41-b6a0-5f2e9c8d7a48"),
    Id("me/sessions/{sid}", "01978c2e-544b-7d41-b6a0-5f2e9c8d7a4f"),
)
