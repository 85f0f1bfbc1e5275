"""Examples of background work and its dead letters."""

from typing import Any

from apps.core.example import ALICE, Example, Id, page

WHY = {"reason": "Google answers again"}
JOB: dict[str, Any] = {
    "id": "01978c2e-6122-7d41-b6a0-5f2e9c8d7a91",
    "kind": "integrations.revoke",
    "state": "dead",
    "queue": "mail",
    "person": ALICE,
    "error": "outside_failure",
    "attempts": 5,
    "created_at": "2026-12-01T13:40:00Z",
    "due_at": "2026-12-01T14:00:00Z",
    "started_at": "2026-12-01T14:00:00Z",
    "finished_at": "2026-12-01T14:00:10Z",
    "took": 10.042,
}
ONE: dict[str, Any] = {
    **JOB,
    "arguments": [381],
    "key": "",
    "request_id": "6d2f8e0b1c469a417c3e5b060197a3f0",
    "percent": None,
    "progress": "",
    "deaths": 0,
    "worker": "worker-2:4012",
    "cancel_asked_at": None,
    "troubles": [
        {
            "attempt": 5,
            "at": "2026-12-01T14:00:10Z",
            "how": "failed",
            "is_permanent": False,
            "error": "outside_failure",
            "sentence": "Google did not answer.",
            "frames": [
                "apps/integrations/revoking.py:71 revoke",
                "apps/core/http.py:118 ask",
            ],
            "worker": "worker-2:4012",
        }
    ],
}
MANY = {"error": "outside_failure", "queue": "default", **WHY}

EXAMPLES = (
    Example("GET admin/jobs", page(JOB)),
    Example("GET admin/jobs/{public_id}", ONE),
    Example("POST admin/jobs/{public_id}/requeue", body=WHY),
    Example("POST admin/jobs/{public_id}/drop", body={"reason": "She left Google"}),
    Example("POST admin/jobs/{public_id}/cancel", body={"reason": "Asked for twice"}),
    Example("POST admin/jobs/requeue", {"count": 12}, body=MANY),
    Example("POST admin/jobs/drop", {"count": 12}, body=MANY),
)
IDS = (Id("admin/jobs/{public_id}", JOB["id"]),)
