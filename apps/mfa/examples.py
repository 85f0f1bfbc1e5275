"""Examples of second factors, one's own and of people that operators look at."""

from apps.core.example import Example, Id, page

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
BY_PASSWORD = {"method": "password", "at": 1796133600.25, "email": "alice@example.com"}
FACTORS = {
    "status": 200,
    "data": {
        "factors": [{"id": "totp", "name": "Authenticator app", "is_sent": False}]
    },
}
NOT_LOST = {"status": 200, "data": {"factors_go_at": None}}
LOST = {"status": 200, "data": {"factors_go_at": "2026-12-04T14:00:00Z"}}
PASSKEY_ID = "sMxyJbWpN0S2cTqkV4hEd1mZuR8aGfLo"
PASSKEY = {
    "type": "webauthn",
    "created_at": 1796133600.25,
    "last_used_at": None,
    "id": PASSKEY_ID,
    "name": "laptop",
}
ASKED = {
    "status": 200,
    "data": {
        "request_options": {
            "publicKey": {
                "challenge": "aOecJJtLA2eDj2WUzbRoJewbQqSUPxoA9EzsUL72o",
                "rpId": "switchboard.example",
                "allowCredentials": [{"type": "public-key", "id": "3q2-7wSx"}],
                "userVerification": "required",
            }
        }
    },
}
RECOVERY_CODES = {"recovery_codes": ["TODP-GOLE-SFTA-5PML", "PQSE-GQIW-DLRR-MJ4C"]}
NEW_PASSKEY = {
    "type": "public-key",
    "id": "3q2-7wSx",
    "rawId": "3q2-7wSx",
    "authenticatorAttachment": "platform",
    "clientExtensionResults": {},
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0",
        "attestationObject": "o2NmbXRkbm9uZQ",
    },
}
SHOWN_PASSKEY = {
    "type": "public-key",
    "id": "3q2-7wSx",
    "rawId": "3q2-7wSx",
    "authenticatorAttachment": "platform",
    "clientExtensionResults": {},
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0",
        "authenticatorData": "SZYN5YgOjGh0",
        "signature": "MEUCIQDx",
        "userHandle": "MDE5N2EzZjAtNWIwNi03YzNlLTlhNDEtNmQyZjhlMGIxYzQ2",
    },
}

EXAMPLES = (
    Example(
        "GET me/devices",
        page(
            {
                "id": "01978c2e-5205-7d41-b6a0-5f2e9c8d7a41",
                "name": "Firefox on Windows",
                "created_at": "2026-12-01T14:00:00Z",
                "last_seen_at": "2026-12-01T14:00:00Z",
                "trusted_until": None,
            }
        ),
    ),
    Example("DELETE me/devices/{public_id}"),
    Example(
        "GET me/mfa",
        {
            "factors": [
                {"id": "totp", "name": "Authenticator app", "is_backup": False}
            ],
            "recovery_codes_left": 0,
            "is_only_one_left": True,
            "is_required": False,
        },
    ),
    Example("POST me/mfa/lost", {"factors_go_at": "2026-12-04T14:00:00Z"}),
    Example("POST me/mfa/lost/veto"),
    Example("POST me/mfa/recovery-codes", RECOVERY_CODES),
    Example(
        "POST me/mfa/sms",
        {"expires_at": "2026-12-01T14:10:00Z"},
        body={"phone": "01978c2e-58d7-7d41-b6a0-5f2e9c8d7a6b"},
    ),
    Example("DELETE me/mfa/sms"),
    Example("POST me/mfa/sms/confirm", RECOVERY_CODES, body={"code": "482913"}),
    Example(
        "POST me/mfa/totp",
        {
            "url": "otpauth://totp/Switchboard:alice%40example.com?secret=N32C5PC7WU7HHMLQK2XEFR3XNM6UUUCU&issuer=Switchboard&algorithm=SHA1&digits=6&period=30",
            "key": "N32C 5PC7 WU7H HMLQ K2XE FR3X NM6U UUCU",
        },
    ),
    Example("DELETE me/mfa/totp"),
    Example("POST me/mfa/totp/confirm", RECOVERY_CODES, body={"code": "482913"}),
    Example(
        f"POST {_AUTH}auth/2fa/authenticate",
        {
            "status": 200,
            "data": {
                "user": USER,
                "methods": [
                    BY_PASSWORD,
                    {"method": "mfa", "at": 1796133600.25, "type": "totp"},
                ],
            },
            "meta": PAIR,
        },
        body={"factor": "totp", "code": "482913"},
    ),
    Example(f"GET {_AUTH}auth/2fa/authenticate", FACTORS),
    Example(f"GET {_AUTH}auth/2fa/lost", NOT_LOST),
    Example(f"POST {_AUTH}auth/2fa/lost", LOST),
    Example(
        f"POST {_AUTH}auth/2fa/reauthenticate",
        {
            "status": 200,
            "data": {
                "user": USER,
                "methods": [
                    {
                        "method": "mfa",
                        "at": 1796133600.25,
                        "type": "totp",
                        "reauthenticated": True,
                    }
                ],
            },
            "meta": {"is_authenticated": True},
        },
        body={"code": "482913"},
    ),
    Example(f"GET {_AUTH}auth/2fa/reauthenticate", FACTORS),
    Example(f"GET {_AUTH}auth/webauthn/authenticate", ASKED),
    Example(
        f"POST {_AUTH}auth/webauthn/authenticate",
        {
            "status": 200,
            "data": {
                "user": USER,
                "methods": [
                    BY_PASSWORD,
                    {
                        "method": "mfa",
                        "at": 1796133600.25,
                        "id": PASSKEY_ID,
                        "type": "webauthn",
                    },
                ],
            },
            "meta": PAIR,
        },
        body={"credential": SHOWN_PASSKEY},
    ),
    Example(f"GET {_AUTH}auth/webauthn/reauthenticate", ASKED),
    Example(
        f"POST {_AUTH}auth/webauthn/reauthenticate",
        {
            "status": 200,
            "data": {
                "user": USER,
                "methods": [
                    {
                        "method": "mfa",
                        "at": 1796133600.25,
                        "type": "webauthn",
                        "reauthenticated": True,
                    },
                    {
                        "method": "mfa",
                        "at": 1796133600.25,
                        "id": PASSKEY_ID,
                        "type": "webauthn",
                        "reauthenticated": True,
                    },
                ],
            },
            "meta": {"is_authenticated": True},
        },
        body={"credential": SHOWN_PASSKEY},
    ),
    Example(
        f"GET {_AUTH}auth/webauthn/login",
        {
            "status": 200,
            "data": {
                "request_options": {
                    "publicKey": {
                        "challenge": "aOecJJtLA2eDj2WUzbRoJewbQqSUPxoA9EzsUL72o",
                        "rpId": "switchboard.example",
                        "allowCredentials": [],
                        "userVerification": "required",
                    }
                }
            },
            "meta": {"session_token": "6xmw1uvz3pge7jrtivlf6thvk5oyv055"},
        },
    ),
    Example(
        f"POST {_AUTH}auth/webauthn/login",
        {
            "status": 200,
            "data": {
                "user": USER,
                "methods": [
                    {
                        "method": "mfa",
                        "at": 1796133600.25,
                        "id": PASSKEY_ID,
                        "type": "webauthn",
                        "passwordless": True,
                    }
                ],
            },
            "meta": PAIR,
        },
        body={"credential": SHOWN_PASSKEY},
    ),
    Example(f"GET {_AUTH}account/authenticators", {"status": 200, "data": [PASSKEY]}),
    Example(
        f"GET {_AUTH}account/authenticators/webauthn",
        {
            "status": 200,
            "data": {
                "creation_options": {
                    "publicKey": {
                        "rp": {"name": "Switchboard", "id": "switchboard.example"},
                        "user": {
                            "name": "alice@example.com",
                            "id": "NDg",
                            "displayName": "alice@example.com",
                        },
                        "challenge": "aOecJJtLA2eDj2WUzbRoJewbQqSUPxoA9EzsUL72o",
                        "pubKeyCredParams": [
                            {"type": "public-key", "alg": -7},
                            {"type": "public-key", "alg": -8},
                        ],
                        "excludeCredentials": [],
                        "authenticatorSelection": {
                            "residentKey": "discouraged",
                            "userVerification": "required",
                            "requireResidentKey": False,
                        },
                        "extensions": {"credProps": True},
                    }
                }
            },
        },
    ),
    Example(
        f"PUT {_AUTH}account/authenticators/webauthn",
        {"status": 200, "data": {**PASSKEY, "name": "old laptop"}},
        body={"id": PASSKEY_ID, "name": "old laptop"},
    ),
    Example(
        f"DELETE {_AUTH}account/authenticators/webauthn",
        {"status": 200},
        body={"authenticators": [PASSKEY_ID]},
    ),
    Example(
        f"POST {_AUTH}account/authenticators/webauthn",
        {"status": 200, "data": PASSKEY, "meta": {"recovery_codes_generated": False}},
        body={"name": "laptop", "credential": NEW_PASSKEY},
    ),
    Example(
        "GET admin/users/{public_id}/mfa",
        {
            "factors": [
                {"id": "totp", "name": "Authenticator app", "is_backup": False}
            ],
            "is_required": False,
            "wrong_codes": 2,
            "factors_go_at": None,
        },
    ),
    Example(
        "POST admin/users/{public_id}/mfa/reset",
        body={"reason": "Lost her phone, and showed her passport"},
    ),
)
IDS = (Id("me/devices/{public_id}", "01978c2e-5205-7d41-b6a0-5f2e9c8d7a41"),)
