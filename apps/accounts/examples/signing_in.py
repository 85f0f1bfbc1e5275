"""Examples of signing up, in and out."""

from apps.core.example import Example, Id

_AUTH = "/api/auth/{client}/v1/"
USER = {
    "id": "0197a3f0-5b06-7c3e-9a41-6d2f8e0b1c46",
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
REFUSED = {
    "type": "/problems/unauthorized",
    "title": "Unauthorized",
    "status": 401,
    "code": "unauthorized",
    "detail": "Sign in first.",
    "request_id": "5b07c3e9a416d2f8e0b1c47a5f2e9c8d",
    "instance": "/api/auth/app/v1/auth/session",
}
OUT = {
    **REFUSED,
    "data": {
        "flows": [{"id": "login"}, {"id": "signup"}, {"id": "mfa_login_webauthn"}]
    },
    "meta": {"is_authenticated": False},
}

EXAMPLES = (
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
                "mfa": {
                    "supported_types": ["webauthn"],
                    "passkey_login_enabled": True,
                },
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
            **REFUSED,
            "instance": "/api/auth/app/v1/auth/signup",
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
                "expires_in": 299,
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
IDS: tuple[Id, ...] = ()
