"""Examples of phones, one's own and of people that operators look at."""

from apps.core.example import Example, Id, page

PHONE = {
    "id": "01978c2e-58d7-7d41-b6a0-5f2e9c8d7a6b",
    "number": "+12025550101",
    "label": "",
    "status": "verified",
    "is_primary": True,
    "doubt": "",
    "is_to_be_proven": False,
    "awaits_code": False,
    "notes": [],
    "created_at": "2026-12-01T14:00:00Z",
    "verified_at": "2026-12-01T14:00:00Z",
    "proved_at": None,
}
NOTED = {
    **PHONE,
    "id": "0197a3f0-5b0c-7c3e-9a41-6d2f8e0b1c4c",
    "number": "+12025550123",
    "label": "work",
    "status": "pending",
    "is_primary": False,
    "verified_at": None,
}
WORDS = {
    "text": "LINK MAGENTA-CROW-PALE-ACORN",
    "to": "+12025550100",
    "expires_at": "2026-12-01T14:30:00Z",
}
# As a list has it.
OF_PERSON = {
    "id": "0197a3f0-5b18-7c3e-9a41-6d2f8e0b1c58",
    "person": {
        "id": "0197a3f0-5b06-7c3e-9a41-6d2f8e0b1c46",
        "email": "a•••@example.com",
    },
    "number": "+1••••••••23",
    "label": "w•••",
    "status": "verified",
    "doubt": "",
    "is_primary": False,
    "line_type": "mobile",
    "created_at": "2026-12-01T14:00:00Z",
    "verified_at": "2026-12-01T14:02:00Z",
    "proved_at": "2026-12-01T14:02:00Z",
    "confirmed_at": None,
    "suspended_at": None,
    "released_at": None,
}

EXAMPLES = (
    Example("GET phones", page(PHONE)),
    Example("POST phones", NOTED, body={"number": "+12025550123", "label": "work"}),
    Example("GET phones/{public_id}", PHONE),
    Example(
        "PATCH phones/{public_id}", {**PHONE, "label": "work"}, body={"label": "work"}
    ),
    Example("DELETE phones/{public_id}"),
    Example("POST phones/{public_id}/confirm", PHONE),
    Example(
        "POST phones/{public_id}/make-primary", {**PHONE, "number": "+12025550123"}
    ),
    Example(
        "POST phones/{public_id}/send-code",
        {
            **PHONE,
            "number": "+12025550123",
            "status": "pending",
            "is_primary": False,
            "awaits_code": True,
            "verified_at": None,
        },
    ),
    Example(
        "POST phones/{public_id}/verify",
        {
            **PHONE,
            "number": "+12025550123",
            "is_primary": False,
            "proved_at": "2026-12-01T14:00:00Z",
        },
        body={"code": "482913"},
    ),
    Example(
        "GET phones/events",
        page(
            {
                "phone": "0197a3f0-5b0d-7c3e-9a41-6d2f8e0b1c4d",
                "number": "+12025550123",
                "kind": "linked",
                "words": "Linked",
                "label": "",
                "at": "2026-12-01T14:00:00Z",
            }
        ),
    ),
    Example("GET phones/words", WORDS),
    Example("POST phones/words", WORDS),
    Example("GET admin/users/{public_id}/phones", page(OF_PERSON)),
    Example(
        "GET admin/users/{public_id}/phones/{phone_id}",
        {
            **OF_PERSON,
            "number": "+12025550123",
            "label": "work",
            "notes": [],
            "events": [
                {"at": "2026-12-01T14:02:00Z", "kind": "linked", "words": "Linked"}
            ],
        },
    ),
)
IDS = (
    Id("phones/{public_id}", "01978c2e-58d7-7d41-b6a0-5f2e9c8d7a6b"),
    Id(
        "admin/users/{public_id}/phones/{phone_id}",
        "0197a3f0-5b18-7c3e-9a41-6d2f8e0b1c58",
    ),
)
