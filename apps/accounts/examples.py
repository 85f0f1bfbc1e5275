"""Examples about people, their sign-ins and tokens, and of signing in."""

from apps.core.example import Example, Id

_AUTH = "/api/auth/{client}/v1/"
ME = {
    "id": "0197a3f0-5b06-7c3e-9a41-6d2f8e0b1c46",
    "email": "alice@example.com",
    "name": "Alice Archer",
    "timezone": "America/New_York",
    "created_at": "2026-12-01T14:00:00Z",
}
PREFERENCES = {
    "clock_hours": 12,
    "first_weekday": 0,
    "locale": "en",
    "theme": "system",
    "quiet_from": None,
    "quiet_until": None,
    "paused_until": None,
}
EXPORT = {
    "id": "01978c2e-5328-7d41-b6a0-5f2e9c8d7a48",
    "state": "making",
    "percent": None,
    "words": "",
    "size": 0,
    "created_at": "2026-12-01T14:00:00Z",
    "ready_at": None,
    "expires_at": None,
}
TOKEN = {
    "id": "01978c2e-5d63-7d41-b6a0-5f2e9c8d7a87",
    "name": "backup",
    "ending": "0000",
    "scopes": ["notes:read"],
    "is_good": True,
    "created_at": "2026-12-01T14:00:00Z",
    "expires_at": "2027-03-01T14:00:00Z",
    "last_used_at": None,
}
USER = {
    "id": 1042,
    "display": "alice@example.com",
    "email": "alice@example.com",
    "has_usable_password": True,
}
PAIR = {
    "is_authenticated": True,
    "access_token": "eyJhbGciOiJFZERTQSJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.c2lnbmVk",
    "refresh_token": "eyJhbGciOiJFZERTQSJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.c2lnbmVk",
    "expires_in": 299,
}
FIRST = {"email": "alice@example.com", "verified": True, "primary": True}
OUT = {
    "status": 401,
    "data": {
        "flows": [{"id": "login"}, {"id": "signup"}, {"id": "mfa_login_webauthn"}]
    },
    "meta": {"is_authenticated": False},
}

EXAMPLES = (
    Example("GET me", ME),
    Example(
        "PATCH me",
        {**ME, "name": "Alice A.", "timezone": "Europe/Madrid"},
        body={"name": "Alice A.", "timezone": "Europe/Madrid"},
    ),
    Example("POST me/close"),
    Example("GET me/export", [EXPORT]),
    Example("POST me/export", {**EXPORT, "id": "0197a3f0-5b07-7c3e-9a41-6d2f8e0b1c47"}),
    Example("GET me/export/{public_id}", EXPORT),
    Example("DELETE me/export/{public_id}"),
    Example("GET me/export/{public_id}/file", "A ZIP file."),
    Example(
        "GET me/letters",
        [
            {
                "id": "texts",
                "name": "Texts that did not arrive, or got no answer",
                "about": "At most one of each a day, with what you can do about it.",
                "is_wanted": True,
            },
            {
                "id": "offers",
                "name": "Offers to share",
                "about": "When somebody wants to share something with you and you have no phone linked.",
                "is_wanted": True,
            },
        ],
    ),
    Example(
        "PUT me/letters",
        [
            {
                "id": "texts",
                "name": "Texts that did not arrive, or got no answer",
                "about": "At most one of each a day, with what you can do about it.",
                "is_wanted": False,
            },
            {
                "id": "offers",
                "name": "Offers to share",
                "about": "When somebody wants to share something with you and you have no phone linked.",
                "is_wanted": True,
            },
        ],
        body={"wanted": ["offers"]},
    ),
    Example("POST me/panic"),
    Example("GET me/preferences", PREFERENCES),
    Example(
        "PATCH me/preferences",
        {**PREFERENCES, "theme": "dark", "quiet_from": "22:00", "quiet_until": "07:00"},
        body={"theme": "dark", "quiet_from": "22:00", "quiet_until": "07:00"},
    ),
    Example(
        "GET me/sessions",
        [
            {
                "id": "01978c2e-544b-7d41-b6a0-5f2e9c8d7a4f",
                "client": "browser",
                "device": "Browser",
                "address": None,
                "methods": ["password", "totp"],
                "is_current": False,
                "created_at": "2026-12-01T14:00:00Z",
                "last_seen_at": "2026-12-01T14:00:00Z",
                "expires_at": "2026-12-02T14:00:00Z",
            },
            {
                "id": "0197a3f0-5b08-7c3e-9a41-6d2f8e0b1c48",
                "client": "app",
                "device": "App",
                "address": None,
                "methods": ["password", "totp"],
                "is_current": True,
                "created_at": "2026-12-01T14:00:00Z",
                "last_seen_at": "2026-12-01T14:00:00Z",
                "expires_at": "2026-12-02T14:00:00Z",
            },
        ],
    ),
    Example("DELETE me/sessions/{sid}"),
    Example("POST me/sessions/revoke-others"),
    Example("GET tokens", [TOKEN]),
    Example(
        "POST tokens",
        {
            **TOKEN,
            "id": "0197a3f0-5b09-7c3e-9a41-6d2f8e0b1c49",
            "expires_at": "2026-12-31T14:00:00Z",
            "token": "sbpat_0000000000000000000000000000000000000000000000",
        },
        body={"name": "backup", "scopes": ["notes:read"], "days": 30},
    ),
    Example("DELETE tokens/{public_id}"),
    Example(
        f"GET {_AUTH}config",
        {
            "status": 200,
            "data": {
                "account": {
                    "login_methods": ["email"],
                    "is_open_for_signup": True,
                    "email_verification_by_code_enabled": True,
                    "login_by_code_enabled": False,
                    "password_reset_by_code_enabled": False,
                    "authentication_method": "email",
                },
                "socialaccount": {"providers": []},
                "mfa": {"supported_types": ["webauthn"], "passkey_login_enabled": True},
            },
        },
    ),
    Example(
        f"POST {_AUTH}auth/login",
        {
            "status": 200,
            "data": {
                "user": USER,
                "methods": [
                    {
                        "method": "password",
                        "at": 1796133600.25,
                        "email": "alice@example.com",
                    }
                ],
            },
            "meta": PAIR,
        },
        body={"email": "alice@example.com", "password": "correct-horse-battery-staple"},
    ),
    Example(
        f"POST {_AUTH}auth/signup",
        {
            "status": 401,
            "data": {
                "flows": [
                    {"id": "login"},
                    {"id": "signup"},
                    {"id": "mfa_login_webauthn"},
                    {"id": "verify_email", "is_pending": True},
                ]
            },
            "meta": {
                "is_authenticated": False,
                "session_token": "6xmw1uvz3pge7jrtivlf6thvk5oyv055",
            },
        },
        body={
            "email": "dora@example.com",
            "password": "correct-horse-battery-staple",
            "name": "Dora Dunn",
            "timezone": "Europe/Madrid",
        },
        status=401,
    ),
    Example(
        f"GET {_AUTH}auth/email/verify",
        {
            "status": 200,
            "data": {
                "email": "dora@example.com",
                "user": {
                    **USER,
                    "display": "dora@example.com",
                    "email": "dora@example.com",
                },
            },
            "meta": {"is_authenticating": True},
        },
    ),
    Example(
        f"POST {_AUTH}auth/email/verify",
        {
            "status": 200,
            "data": {
                "user": {
                    **USER,
                    "display": "dora@example.com",
                    "email": "dora@example.com",
                },
                "methods": [],
            },
            "meta": PAIR,
        },
        body={"key": "K7QXM2"},
    ),
    Example(f"POST {_AUTH}auth/email/verify/resend", {"status": 200}),
    Example(
        f"POST {_AUTH}auth/reauthenticate",
        {
            "status": 200,
            "data": {
                "user": USER,
                "methods": [
                    {"method": "password", "at": 1796133600.25, "reauthenticated": True}
                ],
            },
            "meta": {"is_authenticated": True},
        },
        body={"password": "correct-horse-battery-staple"},
    ),
    Example(
        f"POST {_AUTH}auth/password/request",
        {"status": 200},
        body={"email": "alice@example.com"},
    ),
    Example(f"GET {_AUTH}auth/password/reset", {"status": 200, "data": {"user": USER}}),
    Example(
        f"POST {_AUTH}auth/password/reset",
        OUT,
        body={
            "key": "1-cz2k4e-5b7f0d9e8c1a3f6b2d4e",
            "password": "seven-quiet-owls-at-noon",
        },
        status=401,
    ),
    Example(f"GET {_AUTH}account/email", {"status": 200, "data": [FIRST]}),
    Example(
        f"POST {_AUTH}account/email",
        {
            "status": 200,
            "data": [
                FIRST,
                {
                    "email": "alice@work.example.com",
                    "verified": False,
                    "primary": False,
                },
            ],
        },
        body={"email": "alice@work.example.com"},
    ),
    Example(
        f"PUT {_AUTH}account/email",
        {"status": 200},
        body={"email": "alice@work.example.com"},
    ),
    Example(
        f"PATCH {_AUTH}account/email",
        {
            "status": 200,
            "data": [
                {**FIRST, "primary": False},
                {**FIRST, "email": "alice@work.example.com"},
            ],
        },
        body={"email": "alice@work.example.com", "primary": True},
    ),
    Example(
        f"DELETE {_AUTH}account/email",
        {"status": 200, "data": [FIRST]},
        body={"email": "alice@work.example.com"},
    ),
    Example(
        f"GET {_AUTH}auth/session",
        {
            "status": 200,
            "data": {"user": USER, "methods": []},
            "meta": {"is_authenticated": True},
        },
    ),
    Example(f"DELETE {_AUTH}auth/session", OUT, status=401),
    Example(
        "POST /api/auth/app/v1/tokens/refresh",
        {
            "status": 200,
            "data": {
                "access_token": "eyJhbGciOiJFZERTQSJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.c2lnbmVk",
                "refresh_token": "eyJhbGciOiJFZERTQSJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.c2lnbmVk",
            },
        },
        body={"refresh_token": "eyJhbGciOiJIUzI1NiJ9.eyJ0eXAiOiJyZWZyZXNoIn0.c2lnbmVk"},
    ),
    Example(
        f"POST {_AUTH}account/password/change",
        {"status": 200, "data": {"user": USER, "methods": []}, "meta": PAIR},
        body={
            "current_password": "correct-horse-battery-staple",
            "new_password": "seven-quiet-owls-at-noon",
        },
    ),
)
IDS = (
    Id("me/export/{public_id}", "01978c2e-5328-7d41-b6a0-5f2e9c8d7a48"),
    Id("me/sessions/{sid}", "01978c2e-544b-7d41-b6a0-5f2e9c8d7a4f"),
    Id("tokens/{public_id}", "01978c2e-5d63-7d41-b6a0-5f2e9c8d7a87"),
)
