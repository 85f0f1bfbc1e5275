"""Examples of accounts elsewhere that somebody signs in with."""

from apps.core.example import Example

LINKED = "108234567890123456789"
_GOOGLE = {"id": "google", "name": "Google", "flows": ["provider_redirect"]}
_PLACE = "/api/auth/{client}/v1/account/providers"

EXAMPLES = (
    Example(
        f"GET {_PLACE}",
        {
            "status": 200,
            "data": [
                {"uid": LINKED, "display": "alice@example.com", "provider": _GOOGLE}
            ],
        },
    ),
    Example(
        f"DELETE {_PLACE}",
        {"status": 200, "data": []},
        body={"provider": "google", "account": LINKED},
    ),
    Example(
        "POST /api/auth/browser/v1/auth/provider/redirect",
        {
            "status": 200,
            "data": {
                "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth"
                "?client_id=switchboard&scope=openid+email+profile&state=YjJhNGU"
            },
        },
        body={"provider": "google", "process": "login", "back": "/app/"},
    ),
)
IDS = ()
