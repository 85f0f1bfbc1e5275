"""Examples of personal tokens."""

from apps.core.example import Example, Id, page

TOKEN = {
    "id": "01978c2e-5d63-7d41-b6a0-5f2e9c8d7a87",
    "name": "backup",
    "ending": "0000",
    "scopes": ["notes:read"],
    "is_good": True,
    "created_at": "2026-12-01T14:00:00Z",
    "expires_at": "2027-03-01T14:00:00Z",
    "last_used_at": None,
}

EXAMPLES = (
    Example("GET tokens", page(TOKEN)),
    Example(
        "POST tokens",
        {
            **TOKEN,
            "id": "0197a3f0-5b09-7c3e-9a41-6d2f8e0b1c49",
            "expires_at": "2026-12-31T14:00:00Z",
            "token": "sbpat_0000000000000000000000000000000000000000000000",
        },
        body={"name": "backup", "scopes": ["notes:read"], "days": 30},
    ),
    Example("DELETE tokens/{public_id}"),
)
IDS = (Id("tokens/{public_id}", "01978c2e-5d63-7d41-b6a0-5f2e9c8d7a87"),)
