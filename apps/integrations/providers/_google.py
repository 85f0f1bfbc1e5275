"""What Google's products have in common.

https://developers.google.com/identity/protocols/oauth2/web-server
"""

from typing import Any

from allauth.socialaccount.providers.google.provider import GoogleProvider

SCOPE = "https://www.googleapis.com/auth/"

COMMON: dict[str, Any] = {
    # A project's grants of one person are one grant: what revokes one revokes all.
    "family": "google",
    "allauth": GoogleProvider,
    "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
    "token_url": "https://oauth2.googleapis.com/token",
    "revoke_url": "https://oauth2.googleapis.com/revoke",
    "profile_url": "https://www.googleapis.com/oauth2/v2/userinfo",
    "own_page": "https://myaccount.google.com/connections",
    "issuer": "https://accounts.google.com",
    "base_scopes": ("openid", "email"),
    "aliases": {
        "email": f"{SCOPE}userinfo.email",
        "profile": f"{SCOPE}userinfo.profile",
    },
    # Only with `consent` a refresh token comes the second time as well.
    "parameters": {
        "access_type": "offline",
        "prompt": "consent",
        "include_granted_scopes": "true",
    },
    # Six months unused, and it is gone.
    "idle_days": 180,
}
