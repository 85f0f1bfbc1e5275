"""Examples of memory."""

from apps.core.example import Example, Id, page

FACT = {
    "id": "01978c2e-556e-7d41-b6a0-5f2e9c8d7a56",
    "kind": "thing",
    "subject": "shoe size",
    "text": "42",
    "created_at": "2026-12-01T14:00:00Z",
    "updated_at": "2026-12-01T14:00:00Z",
}

EXAMPLES = (
    Example("GET memory", page(FACT)),
    Example(
        "POST memory",
        {**FACT, "id": "0197a3f0-5b0a-7c3e-9a41-6d2f8e0b1c4a"},
        body={"text": "my shoe size is 42"},
    ),
    Example("DELETE memory"),
    Example("GET memory/{public_id}", FACT),
    Example(
        "PATCH memory/{public_id}",
        {**FACT, "text": "43"},
        body={"text": "my shoe size is 43"},
    ),
    Example("DELETE memory/{public_id}"),
    Example("GET memory/talked-about", {"words": "", "made_at": None}),
    Example("DELETE memory/talked-about"),
)
IDS = (Id("memory/{public_id}", "01978c2e-556e-7d41-b6a0-5f2e9c8d7a56"),)
