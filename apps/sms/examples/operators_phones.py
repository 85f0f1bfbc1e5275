"""Examples of people's phones as operators find them."""

from apps.core.example import ALICE, Example, page

EXAMPLES = (
    Example(
        "GET admin/phones",
        page(
            {
                "id": "01978c2e-58d7-7d41-b6a0-5f2e9c8d7a6b",
                "person": ALICE,
                "number": "+1••••••••01",
                "label": "",
                "status": "verified",
                "doubt": "",
                "is_primary": True,
                "line_type": "mobile",
                "created_at": "2026-12-01T14:00:00Z",
                "verified_at": "2026-12-01T14:00:00Z",
                "proved_at": None,
                "confirmed_at": None,
                "suspended_at": None,
                "released_at": None,
            }
        ),
    ),
)
IDS = ()
