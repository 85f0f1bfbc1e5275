"""Examples of providers and connections."""

from apps.core.example import Example, Id, page

CONNECTION = {
    "id": "01978c2e-4c56-7d41-b6a0-5f2e9c8d7a1e",
    "provider": "google",
    "account": "alice@example.com",
    "status": "connected",
    "reason": "",
    "why": "",
    "next_step": "",
    "working": 2,
    "features": [
        {
            "id": "calendar.read",
            "title": "See your calendar",
            "is_on": True,
            "is_granted": True,
            "works": True,
        },
        {
            "id": "mail.send",
            "title": "Send mail as you",
            "is_on": True,
            "is_granted": True,
            "works": True,
        },
    ],
    "connected_at": "2026-12-01T14:00:00Z",
    "last_used_at": None,
}
ONE = {
    **CONNECTION,
    "renewal": {
        "kind": "renews",
        "renewed_at": "2026-12-01T14:00:00Z",
        "ends_at": "2026-12-01T15:00:00Z",
        "next_at": "2026-12-01T14:50:00Z",
        "failures": 0,
    },
}
CONSENT = {
    "at": "2026-12-01T14:00:00Z",
    "event": "granted",
    "provider": "google",
    "connection": "01978c2e-4c56-7d41-b6a0-5f2e9c8d7a1e",
    "account": "alice@example.com",
    "features": ["calendar.read", "mail.send"],
    "scopes_asked": [
        "openid",
        "email",
        "https://www.googleapis.com/auth/calendar.events.readonly",
        "https://www.googleapis.com/auth/gmail.send",
    ],
    "scopes_granted": [
        "https://www.googleapis.com/auth/calendar.events.readonly",
        "https://www.googleapis.com/auth/gmail.send",
        "email",
        "openid",
    ],
    "text_version": "2026-11",
    "text": "See your calendar. Reads events of your main calendar, to tell you what is coming.\nSend mail as you. Sends a mail from your address after you have said yes to its words.",
    "channel": "portal",
}

EXAMPLES = (
    Example("GET connections", page(CONNECTION)),
    Example(
        "POST connections",
        {
            "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth?client_id=switchboard&redirect_uri=https%3A%2F%2Fswitchboard.example%2Fapp%2Fconnections%2Fgoogle%2Fcallback%2F&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fgmail.send+https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcalendar.events.readonly+openid+email&response_type=code&state=ocPcbwae0DMf60CV&access_type=offline&prompt=consent&include_granted_scopes=true&code_challenge_method=S256&code_challenge=6F4PKqgcO99nC2C7zP5Usai97m50A2PlO0Ew6fNispA"
        },
        body={
            "provider": "google",
            "features": ["calendar.read", "mail.send"],
            "back": "/app/",
        },
    ),
    Example("GET connections/{public_id}", ONE),
    Example(
        "PATCH connections/{public_id}",
        {
            "id": "01978c2e-4c56-7d41-b6a0-5f2e9c8d7a1e",
            "provider": "google",
            "account": "alice@example.com",
            "status": "paused",
            "reason": "owner",
            "why": "You paused it. Nothing is read or written there.",
            "next_step": "Resume it when you like.",
            "working": 0,
            "features": [
                {
                    "id": "calendar.read",
                    "title": "See your calendar",
                    "is_on": True,
                    "is_granted": True,
                    "works": False,
                },
                {
                    "id": "mail.send",
                    "title": "Send mail as you",
                    "is_on": True,
                    "is_granted": True,
                    "works": False,
                },
            ],
            "connected_at": "2026-12-01T14:00:00Z",
            "last_used_at": None,
            "renewal": {
                "kind": "renews",
                "renewed_at": "2026-12-01T14:00:00Z",
                "ends_at": "2026-12-01T15:00:00Z",
                "next_at": None,
                "failures": 0,
            },
        },
        body={"paused": True},
    ),
    Example("DELETE connections/{public_id}"),
    Example(
        "GET connections/{public_id}/events",
        page(
            {
                "at": "2026-12-01T14:00:00Z",
                "kind": "connected",
                "outcome": "connected",
                "code": "",
                "words": "Connected",
                "milliseconds": None,
            }
        ),
    ),
    Example(
        "POST connections/{public_id}/refresh",
        {
            "is_good": True,
            "words": "Google renewed its permission.",
            "outcome": "ok",
            "milliseconds": 84,
            "status": "connected",
        },
    ),
    Example(
        "POST connections/{public_id}/test",
        {
            "is_good": True,
            "words": "Google answered: it works.",
            "outcome": "ok",
            "milliseconds": 84,
            "status": "connected",
        },
    ),
    Example(
        "GET connections/{public_id}/usage",
        {
            "days": [
                {"day": "2026-11-29", "calls": 0, "failures": 0},
                {"day": "2026-11-30", "calls": 0, "failures": 0},
                {"day": "2026-12-01", "calls": 1, "failures": 0},
            ],
            "capabilities": [
                {
                    "capability": "connection.test",
                    "calls": 1,
                    "failures": 0,
                    "milliseconds": 84,
                }
            ],
        },
    ),
    Example(
        "GET consents",
        page(
            CONSENT,
            {
                **CONSENT,
                "event": "asked",
                "connection": None,
                "account": "",
                "scopes_granted": [],
            },
        ),
    ),
    Example(
        "GET providers",
        page(
            {
                "id": "google",
                "name": "Google",
                "words": "Your calendar, and mail that your assistant sends for you.",
                "own_page": "https://myaccount.google.com/connections",
                "is_offered": True,
                "is_stopped": False,
                "features": [
                    {
                        "id": "calendar.read",
                        "title": "See your calendar",
                        "words": "Reads events of your main calendar, to tell you what is coming.",
                        "scopes": [
                            "https://www.googleapis.com/auth/calendar.events.readonly"
                        ],
                        "is_write": False,
                        "is_sensitive": False,
                        "is_suggested": True,
                    }
                ],
                "connections": {"connected": 1},
            },
            {
                "id": "youtube",
                "name": "YouTube",
                "words": "Videos to find, channels you follow, your playlists.",
                "own_page": "https://myaccount.google.com/connections",
                "is_offered": True,
                "is_stopped": False,
                "features": [
                    {
                        "id": "videos.read",
                        "title": "Search, and see what you follow",
                        "words": "Searches videos, and reads your subscriptions and playlists.",
                        "scopes": ["https://www.googleapis.com/auth/youtube.readonly"],
                        "is_write": False,
                        "is_sensitive": False,
                        "is_suggested": True,
                    }
                ],
                "connections": {},
            },
            {
                "id": "notion",
                "name": "Notion",
                "words": "Pages you pick: to search, to read, to write down things for you.",
                "own_page": "https://www.notion.so/profile/integrations",
                "is_offered": True,
                "is_stopped": False,
                "features": [
                    {
                        "id": "pages.read",
                        "title": "Find and read pages",
                        "words": "Searches and reads the pages that you pick at Notion.",
                        "scopes": [],
                        "is_write": False,
                        "is_sensitive": False,
                        "is_suggested": True,
                    }
                ],
                "connections": {},
            },
        ),
    ),
    Example(
        "GET admin/users/{public_id}/connections",
        page(
            {
                "id": "01978c2e-4c56-7d41-b6a0-5f2e9c8d7a1e",
                "person": {
                    "id": "0197a3f0-5b06-7c3e-9a41-6d2f8e0b1c46",
                    "email": "a•••@example.com",
                },
                "provider": "google",
                "account": "a•••@example.com",
                "status": "connected",
                "reason": "",
                "why": "",
                "features": ["calendar.read", "mail.send"],
                "failures": 0,
                "connected_at": "2026-12-01T14:00:00Z",
                "last_used_at": None,
                "next_attempt_at": None,
                "ended_at": None,
            }
        ),
    ),
)
IDS = (Id("connections/{public_id}", "01978c2e-4c56-7d41-b6a0-5f2e9c8d7a1e"),)
