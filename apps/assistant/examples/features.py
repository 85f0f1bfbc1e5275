"""Examples of features."""

from apps.core.example import Example, Id, page

REMINDERS = {
    "key": "reminders",
    "title": "Reminders",
    "about": "Texts you at the minute you say.",
    "needs": [],
    "connected": [],
    "is_on": True,
    "is_met": True,
}

EXAMPLES = (
    Example(
        "GET features",
        page(
            REMINDERS,
            {
                "key": "mail",
                "title": "Mail",
                "about": "Reads what is unread, drafts and sends once you said yes.",
                "needs": ["google", "microsoft"],
                "connected": [],
                "is_on": True,
                "is_met": False,
            },
        ),
    ),
    Example("GET features/{key}", REMINDERS),
    Example("GET features/brief/time", {"at": None}),
    Example("PUT features/brief/time", {"at": "07:30"}, body={"at": "07:30"}),
    Example(
        "PATCH features/{key}", {**REMINDERS, "is_on": False}, body={"is_on": False}
    ),
)
IDS = (Id("features/{key}", "reminders"),)
