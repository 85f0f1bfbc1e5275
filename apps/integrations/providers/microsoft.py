"""Microsoft 365 and Outlook.com: calendar and mail.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
Permissions: https://learn.microsoft.com/graph/permissions-reference
"""

from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.providers.microsoft.provider import MicrosoftGraphProvider

from apps.integrations.provider import Feature, Provider


def _label(answer: Mapping[str, Any], login: Any) -> str:
    told = login.account.extra_data
    return told.get("mail") or told.get("userPrincipalName") or ""


PROVIDER = Provider(
    id="microsoft",
    name="Microsoft",
    words="Your Outlook calendar, and mail that your assistant sends for you.",
    icon="mail",
    sign_in_scopes=("openid", "email", "User.Read"),
    family="microsoft",
    allauth=MicrosoftGraphProvider,
    authorize_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
    token_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
    profile_url="https://graph.microsoft.com/v1.0/me",
    # It has no address that takes a grant back.
    own_page="https://myapps.microsoft.com",
    hosts=("graph.microsoft.com",),
    features=(
        Feature(
            "calendar.read",
            "See your calendar",
            "Reads events of your calendar, to tell you what is coming.",
            ("Calendars.Read",),
            is_suggested=True,
        ),
        Feature(
            "calendar.write",
            "Change your calendar",
            "Adds, moves and removes events when you ask for it.",
            ("Calendars.ReadWrite",),
            is_write=True,
        ),
        Feature(
            "mail.send",
            "Send mail as you",
            "Sends a mail from your address after you have said yes to its words.",
            ("Mail.Send",),
            is_write=True,
        ),
        Feature(
            "mail.read",
            "Read your mailbox",
            "Reads your mail when you ask about it. This is the most private of all: "
            "leave it off unless you want it.",
            ("Mail.Read",),
            is_sensitive=True,
        ),
        Feature(
            "mail.draft",
            "Write drafts",
            "Puts drafts into your mailbox for you to send. Microsoft grants this only "
            "together with reading and changing your mail.",
            ("Mail.ReadWrite",),
            is_write=True,
            is_sensitive=True,
        ),
    ),
    base_scopes=("openid", "email", "offline_access", "User.Read"),
    # Granted, and not told of.
    unspoken=("openid", "email", "profile", "offline_access"),
    implies={
        "Calendars.ReadWrite": ("Calendars.Read",),
        "Mail.ReadWrite": ("Mail.Read",),
    },
    label=_label,
    # 90 days unused, and it is gone.
    idle_days=90,
)
