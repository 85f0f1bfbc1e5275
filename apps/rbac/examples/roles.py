"""Examples of roles, who holds them and what they bring."""

from apps.core.example import Example, Id, page

_PERSON, _ROLE = "admin/users/{public_id}", "admin/roles/{slug}"
# Of these and of what the administrator may there are more.
USER = {
    "slug": "user",
    "name": "User",
    "rank": 10,
    "is_system": True,
    "inherits": [],
    "permissions": ["assistant.list.add", "assistant.note.add"],
}
SUPPORT = {
    "slug": "support",
    "name": "Support",
    "rank": 15,
    "is_system": False,
    "inherits": ["user"],
    "permissions": ["accounts.user.view", "rbac.console.enter"],
}
ONE = {
    **SUPPORT,
    "brings": [
        "accounts.user.view",
        "assistant.list.add",
        "assistant.note.add",
        "rbac.console.enter",
    ],
}
LIMITS = {
    "sessions": None,
    "reply_segments": 3,
    "llm_micros": 2_000_000,
    "texts": 500,
    "connections": None,
    "idle_minutes": 60,
}
ALICE = {
    "id": "0197a3f0-5b06-7c3e-9a41-6d2f8e0b1c46",
    "email": "a•••@example.com",
}
ADA = {
    "id": "0197a3f0-5b17-7c3e-9a41-6d2f8e0b1c57",
    "email": "a•••@example.com",
}
GRANT = {
    "role": "support",
    "person": ALICE,
    "state": "in_force",
    "reason": "Helps out until the spring",
    "granted_at": "2026-12-01T14:00:00Z",
    "granted_by": ADA,
    "expires_at": "2027-03-01T00:00:00Z",
    "revoked_at": None,
    "revoked_by": None,
}

EXAMPLES = (
    Example(
        "GET admin/roles",
        page(
            USER,
            SUPPORT,
            {
                **USER,
                "slug": "premium",
                "name": "Premium",
                "rank": 20,
                "inherits": ["user"],
                "permissions": [],
            },
            {
                **USER,
                "slug": "administrator",
                "name": "Administrator",
                "rank": 30,
                "inherits": ["premium"],
                "permissions": ["accounts.user.add", "accounts.user.change"],
            },
        ),
    ),
    Example(
        "POST admin/roles",
        {
            **ONE,
            "slug": "analyst",
            "name": "Analyst",
            "permissions": ["analytics.daysum.view", "rbac.console.enter"],
            "brings": [
                "analytics.daysum.view",
                "assistant.list.add",
                "assistant.note.add",
                "rbac.console.enter",
            ],
        },
        body={
            "slug": "analyst",
            "name": "Analyst",
            "permissions": ["analytics.daysum.view", "rbac.console.enter"],
            "inherits": ["user"],
        },
    ),
    Example(f"GET {_ROLE}", ONE),
    Example(
        f"PATCH {_ROLE}",
        {
            **ONE,
            "inherits": [],
            "permissions": ["accounts.user.view", "rbac.console.enter"],
            "brings": ["accounts.user.view", "rbac.console.enter"],
        },
        body={"inherits": []},
    ),
    Example(f"DELETE {_ROLE}", body={"reason": "Nobody needs it any more"}),
    Example(f"GET {_ROLE}/limits", LIMITS),
    Example(
        f"PATCH {_ROLE}/limits",
        {**LIMITS, "texts": 1_000},
        body={"texts": 1_000},
    ),
    Example(f"GET {_ROLE}/holders", page(GRANT)),
    Example(
        "GET admin/permissions",
        page(
            {"name": "accounts.user.view", "roles": ["support", "administrator"]},
            {"name": "assistant.note.add", "roles": ["user"]},
        ),
    ),
    Example(f"GET {_PERSON}/roles", page(GRANT)),
    Example(
        f"POST {_PERSON}/roles",
        {**GRANT, "role": "premium", "reason": "Won it in the draw"},
        body={
            "role": "premium",
            "reason": "Won it in the draw",
            "expires_at": "2027-03-01T00:00:00Z",
        },
    ),
    Example(
        f"DELETE {_PERSON}/roles/{{slug}}", body={"reason": "Is back in her own team"}
    ),
    Example(
        f"GET {_PERSON}/may",
        {
            "is_allowed": True,
            "reason": "role",
            "ways": [{"name": "role", "leads_there": True, "steps": ["support"]}],
            "roles": {"support": ["support"], "user": ["user"]},
            "would_bring": ["administrator", "support"],
        },
        query={"action": "accounts.user.view"},
    ),
)
IDS = (Id(_ROLE, "support"), Id(f"{_PERSON}/roles/{{slug}}", "support"))
