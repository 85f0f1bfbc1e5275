"""Examples of events."""

from apps.core.example import Example, Id, page

EVENT: dict[str, object] = {
    "id": "01978c2e-4e9c-7d41-b6a0-5f2e9c8d7a2c",
    "at": "2026-12-02T14:00:00Z",
    "title": "Dentist",
    "place": "12 Elm Street",
    "notes": "",
    "owner": None,
    "starts_at": "2026-12-02T14:00:00Z",
    "ends_at": "2026-12-02T15:00:00Z",
    "is_all_day": False,
    "first_day": None,
    "last_day": None,
    "zone": "America/New_York",
    "rule": "",
    "exceptions": [],
    "series": None,
    "when": "Wed 2 Dec, 9:00 AM",
    "created_at": "2026-12-01T14:00:00Z",
    "updated_at": "2026-12-01T14:00:00Z",
}

EXAMPLES = (
    Example("GET events", page(EVENT)),
    Example(
        "POST events",
        {
            **EVENT,
            "id": "0197a3f0-5b02-7c3e-9a41-6d2f8e0b1c42",
            "at": "2026-12-08T14:30:00Z",
            "starts_at": "2026-12-08T14:30:00Z",
            "ends_at": "2026-12-08T15:30:00Z",
            "when": "Tue 8 Dec, 9:30 AM",
        },
        body={
            "title": "Dentist",
            "starts_at": "2026-12-08T09:30:00-05:00",
            "ends_at": "2026-12-08T10:30:00-05:00",
            "place": "12 Elm Street",
        },
    ),
    Example("GET events/{public_id}", EVENT),
    Example(
        "PATCH events/{public_id}",
        {**EVENT, "place": "14 Elm Street"},
        body={"place": "14 Elm Street"},
    ),
    Example("DELETE events/{public_id}"),
)
IDS = (Id("events/{public_id}", "01978c2e-4e9c-7d41-b6a0-5f2e9c8d7a2c"),)
