"""Examples of what is kept in step with accounts elsewhere."""

from apps.core.example import Example, Id, page

GOOGLE, NOTION = (
    "01978c2e-4cd2-7d41-b6a0-5f2e9c8d7a2d",
    "0197a3f0-5b14-7c3e-9a41-6d2f8e0b1c54",
)
CALENDAR = {
    "id": "01978c2e-6311-7d41-b6a0-5f2e9c8d7b02",
    "what": "events",
    "connection": GOOGLE,
    "provider": "google",
    "title": "",
    "state": "on",
    "problem": "",
    "count": 1,
    "unkept": 0,
    "last_at": "2026-12-01T14:00:00Z",
}
PAGE = {
    "connection": NOTION,
    "page": "c5f1a2b3d4e54f60a7b8c9d0e1f2a3b4",
    "title": "Trip to Lisbon",
}
NOTES = {
    **CALENDAR,
    "id": "01978c2e-6312-7d41-b6a0-5f2e9c8d7b03",
    "what": "notes",
    "connection": NOTION,
    "provider": "notion",
    "title": "Trip to Lisbon",
}
LOST = {
    "id": "01978c2e-6313-7d41-b6a0-5f2e9c8d7b04",
    "in_step": CALENDAR["id"],
    "called": "Dentist",
    "state": "conflict",
    "problem": "",
    "side": "own",
    "lost": "Dentist, bring the card",
}

EXAMPLES = (
    Example("GET events/in-step", page(CALENDAR)),
    Example(
        "POST events/in-step",
        {**CALENDAR, "count": 0, "last_at": None},
        body={"connection": GOOGLE},
    ),
    Example(
        "GET events/in-step/able",
        page({"connection": GOOGLE, "name": "Google, alice@example.com"}),
    ),
    Example("GET events/in-step/lost", page(LOST)),
    Example("GET notes/in-step", page(NOTES)),
    Example("POST notes/in-step", {**NOTES, "count": 0, "last_at": None}, body=PAGE),
    Example("GET notes/in-step/pages", page(PAGE)),
    Example(
        "GET notes/in-step/lost",
        page(
            {
                **LOST,
                "id": "01978c2e-6314-7d41-b6a0-5f2e9c8d7b05",
                "in_step": NOTES["id"],
                "called": "Pack the charger.",
                "lost": "Pack the charger and the adapter.",
            }
        ),
    ),
    Example("GET in-step/{public_id}", CALENDAR),
    Example("POST in-step/{public_id}/pause", {**CALENDAR, "state": "paused"}),
    Example("POST in-step/{public_id}/resume", CALENDAR),
    Example("POST in-step/{public_id}/compare", CALENDAR),
    Example("POST in-step/lost/{public_id}/settle"),
    Example("POST in-step/lost/{public_id}/bring-back"),
)
IDS = (
    Id("in-step/{public_id}", str(CALENDAR["id"])),
    Id("in-step/lost/{public_id}", str(LOST["id"])),
)
