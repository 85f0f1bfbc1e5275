"""Examples of the audit."""

from typing import Any

from apps.core.example import Example, Id, page

EVENT: dict[str, Any] = {
    "id": "sRtCBySC3FMcK8OQfJYX615QieQBhrqo",
    "at": "2026-12-01T14:00:00Z",
    "action": "accounts.password.send",
    "outcome": "done",
    "actor": {
        "ref": "lzf9X3L41RxKyRttDEjUGh5eyeagOShU",
        "id": "0197a3f0-5b17-7c3e-9a41-6d2f8e0b1c57",
        "email": "a•••@example.com",
    },
    "on_behalf_of": None,
    "subject": {
        "ref": "kGCnIcqAfXYz7RI0AvN25b8Ulnc9GWFj",
        "id": "0197a3f0-5b06-7c3e-9a41-6d2f8e0b1c46",
        "email": "a•••@example.com",
    },
    "object": {"kind": "accounts.user", "id": "0197a3f0-5b06-7c3e-9a41-6d2f8e0b1c46"},
    "reason": "",
    "via": [],
    "request_id": "0123456789abcdef0123456789abcdef",
}

EXAMPLES = (
    Example("GET admin/audit", page(EVENT), query={"action": "accounts.password.send"}),
    Example(
        "GET admin/audit/{id}",
        {
            **EVENT,
            "is_readable": True,
            "origin": {
                "address": "203.0.113.9",
                "browser": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
            },
            "details": {"by_staff": True, "reason": "She asked for it by phone"},
        },
    ),
    Example(
        "GET admin/audit/seals",
        page(
            {
                "number": 311,
                "sealed_at": "2026-12-01T14:30:00Z",
                "month": "2026-12-01",
                "count": 96,
                "first_id": 48120,
                "last_id": 48215,
                "total": 48215,
                "root": "9b1f0c5e7a3d48266f4be02d91c7a85530de6b1748f2ac90e37d15b86ca4f021",
                "previous": "41d7e8a60b93fc25187ae4d0c65b2f39f8017dce5a946b3812fe70d9c4a3b586",
                "digest": "e02c95b7f1483ad66b0f9e31d7c8425aa97e10f46d3b58c21fb4790e8d6a3c15",
            }
        ),
    ),
    Example(
        "GET admin/audit/export/{kind}",
        "id,at,action,outcome,actor_id,on_behalf_of_id,subject_id,obj_type,obj_id,"
        "reason,via,request_id,address,browser,before,after,private,is_readable\r\n"
        "48213,2026-12-01T14:00:00+00:00,accounts.password.send,done,7,,1042,"
        "accounts.user,0197a3f0-5b06-7c3e-9a41-6d2f8e0b1c46,,,"
        "0123456789abcdef0123456789abcdef,,,,,,False\r\n",
        query={"action": "accounts.password.send"},
    ),
    Example("GET admin/users/{public_id}/audit", page(EVENT)),
)
IDS = (Id("admin/audit/{id}", EVENT["id"]), Id("admin/audit/export/{kind}", "csv"))
