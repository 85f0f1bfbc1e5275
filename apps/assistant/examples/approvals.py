"""Examples of approvals."""

from apps.core.example import Example, Id, page

APPROVAL = {
    "id": "01978c2e-4a10-7d41-b6a0-5f2e9c8d7a10",
    "code": "7K",
    "tool": "mail.send",
    "sentence": "send a mail to ana@example.com: the table is booked",
    "about": "ana@example.com",
    "asked_at": "2026-12-01T14:00:00Z",
    "expires_at": "2026-12-01T14:15:00Z",
    "decision": "",
    "decided_at": None,
    "outcome": "",
}

EXAMPLES = (
    Example("GET approvals", page(APPROVAL)),
    Example("GET approvals/{public_id}", APPROVAL),
    Example(
        "POST approvals/{public_id}/decide",
        {
            **APPROVAL,
            "decision": "no",
            "decided_at": "2026-12-01T14:00:00Z",
            "outcome": "Not done, as you said no: send a mail to ana@example.com: the table is booked.",
        },
        body={"decision": "no"},
    ),
    Example(
        "GET approvals/standing",
        page(
            {
                "id": "01978c2e-4b33-7d41-b6a0-5f2e9c8d7a17",
                "tool": "mail.send",
                "about": "ana@example.com",
                "given_at": "2026-12-01T14:00:00Z",
            }
        ),
    ),
    Example("DELETE approvals/standing/{public_id}"),
)
IDS = (
    Id("approvals/{public_id}", "01978c2e-4a10-7d41-b6a0-5f2e9c8d7a10"),
    Id("approvals/standing/{public_id}", "01978c2e-4b33-7d41-b6a0-5f2e9c8d7a17"),
)
