"""Examples of notes."""

from apps.core.example import Example, Id, page

NOTE = {
    "id": "01978c2e-57b4-7d41-b6a0-5f2e9c8d7a64",
    "owner": None,
    "text": "The gate code is 4711.",
    "created_at": "2026-12-01T14:00:00Z",
    "updated_at": "2026-12-01T14:00:00Z",
}

EXAMPLES = (
    Example("GET notes", page(NOTE)),
    Example(
        "POST notes",
        {**NOTE, "id": "0197a3f0-5b0b-7c3e-9a41-6d2f8e0b1c4b"},
        body={"text": "The gate code is 4711."},
    ),
    Example("GET notes/{public_id}", NOTE),
    Example(
        "PATCH notes/{public_id}",
        {**NOTE, "text": "The gate code is 4712."},
        body={"text": "The gate code is 4712."},
    ),
    Example("DELETE notes/{public_id}"),
)
IDS = (Id("notes/{public_id}", "01978c2e-57b4-7d41-b6a0-5f2e9c8d7a64"),)
