"""Examples of shares."""

from apps.core.example import Example, Id, page

PARTY = {
    "kind": "list",
    "id": "0197a3f0-5b0f-7c3e-9a41-6d2f8e0b1c4f",
    "name": "Party",
    "owner": "ben@example.com",
}
OFFER = {
    "id": "0197a3f0-5b10-7c3e-9a41-6d2f8e0b1c50",
    "thing": PARTY,
    "to": "alice@example.com",
    "level": "view",
    "created_at": "2026-12-01T14:00:00Z",
}

EXAMPLES = (
    Example(
        "GET shares",
        {
            "offered": [OFFER],
            "received": [
                {
                    "thing": {**PARTY, "name": "Club"},
                    "person": {
                        "id": "0197a3f0-5b11-7c3e-9a41-6d2f8e0b1c51",
                        "name": "Alice Archer",
                        "email": "alice@example.com",
                    },
                    "level": "view",
                }
            ],
            "given": [
                {
                    "thing": {**PARTY, "name": "Garden", "owner": "alice@example.com"},
                    "person": {
                        "id": "0197a3f0-5b12-7c3e-9a41-6d2f8e0b1c52",
                        "name": "Ben Brook",
                        "email": "ben@example.com",
                    },
                    "level": "edit",
                }
            ],
            "waiting": [
                {
                    **OFFER,
                    "id": "01978c2e-5b1d-7d41-b6a0-5f2e9c8d7a79",
                    "thing": {**PARTY, "name": "Trip", "owner": "alice@example.com"},
                    "to": "dora@example.com",
                }
            ],
        },
    ),
    Example(
        "POST shares",
        {
            **OFFER,
            "thing": {
                "kind": "list",
                "id": "01978c2e-4fbf-7d41-b6a0-5f2e9c8d7a33",
                "name": "Shopping",
                "owner": "alice@example.com",
            },
            "to": "dora@example.com",
            "level": "edit",
        },
        body={
            "kind": "list",
            "id": "01978c2e-4fbf-7d41-b6a0-5f2e9c8d7a33",
            "to": "dora@example.com",
            "level": "edit",
        },
    ),
    Example(
        "GET shares/blocked",
        page(
            {
                "id": "0197a3f0-5b12-7c3e-9a41-6d2f8e0b1c52",
                "name": "Ben Brook",
                "email": "ben@example.com",
            }
        ),
    ),
    Example("DELETE shares/blocked/{person_id}"),
    Example("DELETE shares/{public_id}"),
    Example("POST shares/{public_id}/accept", PARTY),
    Example("POST shares/{public_id}/block"),
    Example("POST shares/{public_id}/decline"),
    Example("DELETE shares/{public_id}/people/{holder}"),
)
IDS = (
    Id("shares/blocked/{person_id}", "0197a3f0-5b12-7c3e-9a41-6d2f8e0b1c52"),
    Id("shares/{public_id}", "01978c2e-5b1d-7d41-b6a0-5f2e9c8d7a79"),
    Id("shares/{public_id}/people/{holder}", "01978c2e-5c40-7d41-b6a0-5f2e9c8d7a80"),
)
