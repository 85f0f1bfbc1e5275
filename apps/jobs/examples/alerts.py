"""Examples of alerts and of what is watched."""

from typing import Any

from apps.core.example import ADA, Example, Id, page

FIRING: dict[str, Any] = {
    "id": "av5w56rm2kdifC5Zry6jeryEZwrTxNNr",
    "title": "Disk full",
    "words": "The disk of db-1 is 95 percent full.",
    "state": "firing",
    "severity": "critical",
    "source": "prometheus",
    "mark": "6d2f8e0b1c469a41",
    "began_at": "2026-12-01T13:50:00Z",
    "fired_at": "2026-12-01T13:55:00Z",
    "seen_at": "2026-12-01T14:00:00Z",
    "acknowledged_by": None,
    "acknowledged_at": None,
    "ends_at": "2026-12-01T14:04:00Z",
    "resolved_at": None,
    "ended": "",
    "ended_by": None,
    "came_back": 0,
}
LOOKED_AFTER: dict[str, Any] = {
    **FIRING,
    "id": "g3TZvXT8Ea3XucplA5Uiaf1mn2N27nGH",
    "title": "The queue messages is late",
    "words": "The queue messages is late: 42 seconds, more than 30.",
    "state": "acknowledged",
    "severity": "page",
    "source": "product",
    "mark": "jobs.messages_lag",
    "acknowledged_by": ADA,
    "acknowledged_at": "2026-12-01T13:58:00Z",
    "ends_at": None,
    "came_back": 1,
}
RULE: dict[str, Any] = {
    "rule": "jobs.messages_lag",
    "title": "The queue messages is late",
    "is_on": True,
    "above": None,
    "usual_above": 30.0,
    "unit": "seconds",
    "lasting": 30,
    "severity": "page",
}

EXAMPLES = (
    Example("GET admin/alerts", page(FIRING, LOOKED_AFTER)),
    Example("GET admin/alerts/{id}", FIRING),
    Example(
        "POST admin/alerts/{id}/acknowledge", body={"reason": "I am making room there"}
    ),
    Example("POST admin/alerts/{id}/close", body={"reason": "There is room again"}),
    Example("GET admin/alerts/rules", page(RULE)),
    Example("GET admin/alerts/rules/{rule}", RULE),
    Example(
        "PATCH admin/alerts/rules/{rule}", {**RULE, "above": 60.0}, body={"above": 60}
    ),
)
IDS = (
    Id("admin/alerts/{id}", FIRING["id"]),
    Id("admin/alerts/rules/{rule}", RULE["rule"]),
)
