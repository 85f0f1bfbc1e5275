"""Examples of people, as operators find, invite, read, change and close them."""

from apps.core.example import Example, Id, page

# As a list has her.
ROW = {
    "id": "0197a3f0-5b06-7c3e-9a41-6d2f8e0b1c46",
    "email": "a•••@example.com",
    "name": "A•••",
    "state": "active",
    "roles": ["premium", "user"],
    "has_second_factor": True,
    "last_sign_in_at": "2026-12-01T14:00:00Z",
    "created_at": "2026-10-05T09:30:00Z",
}
PERSON = {
    **ROW,
    "email": "alice@example.com",
    "name": "Alice Archer",
    "is_in_full": True,
    "addresses": [
        {
            "email": "alice@example.com",
            "is_verified": True,
            "is_primary": True,
            "is_suppressed": False,
        }
    ],
    "timezone": "America/New_York",
    "locale": "en",
    "factors": [{"id": "totp", "name": "Authenticator app", "is_backup": False}],
    "is_frozen": False,
    "closed_at": None,
    "erased_at": None,
}

EXAMPLES = (
    Example(
        "GET admin/users",
        page(
            ROW,
            {
                **ROW,
                "id": "0197a3f0-5b13-7c3e-9a41-6d2f8e0b1c53",
                "email": "b•••@example.com",
                "name": "B•••",
                "state": "suspended",
                "roles": ["user"],
                "has_second_factor": False,
                "created_at": "2026-09-14T18:05:00Z",
            },
        ),
    ),
    Example(
        "POST admin/users",
        {
            **PERSON,
            "id": "0197a3f0-5b16-7c3e-9a41-6d2f8e0b1c56",
            "email": "dora@example.com",
            "name": "Dora Dunn",
            "roles": ["user"],
            "has_second_factor": False,
            "last_sign_in_at": None,
            "created_at": "2026-12-01T14:00:00Z",
            "addresses": [
                {
                    "email": "dora@example.com",
                    "is_verified": False,
                    "is_primary": True,
                    "is_suppressed": False,
                }
            ],
            "timezone": "Europe/Madrid",
            "factors": [],
        },
        body={
            "email": "dora@example.com",
            "name": "Dora Dunn",
            "timezone": "Europe/Madrid",
        },
    ),
    Example("GET admin/users/{public_id}", PERSON),
    Example(
        "PATCH admin/users/{public_id}",
        {**PERSON, "name": "Alice A.", "timezone": "Europe/Madrid"},
        body={"name": "Alice A.", "timezone": "Europe/Madrid"},
    ),
    Example(
        "DELETE admin/users/{public_id}",
        body={"reason": "She asked for it by letter"},
    ),
)
IDS = (Id("admin/users/{public_id}", "0197a3f0-5b06-7c3e-9a41-6d2f8e0b1c46"),)
