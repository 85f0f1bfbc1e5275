"""Google: calendar and mail.

Scopes: https://developers.google.com/identity/protocols/oauth2/scopes
"""

from apps.integrations.provider import Feature, Provider
from apps.integrations.providers._google import COMMON, SCOPE

PROVIDER = Provider(
    id="google",
    name="Google",
    words="Your calendar, and mail that your assistant sends for you.",
    icon="calendar-days",
    sign_in_scopes=("openid", "email", "profile"),
    hosts=("www.googleapis.com", "gmail.googleapis.com"),
    features=(
        Feature(
            "calendar.read",
            "See your calendar",
            "Reads events of your main calendar, to tell you what is coming.",
            (f"{SCOPE}calendar.events.readonly",),
            is_suggested=True,
        ),
        Feature(
            "calendar.busy",
            "See when you are free",
            "Learns when you are busy, not with what.",
            (f"{SCOPE}calendar.freebusy",),
        ),
        Feature(
            "calendar.write",
            "Change your calendar",
            "Adds, moves and removes events when you ask for it.",
            (f"{SCOPE}calendar.events",),
            is_write=True,
        ),
        Feature(
            "mail.send",
            "Send mail as you",
            "Sends a mail from your address after you have said yes to its words.",
            (f"{SCOPE}gmail.send",),
            is_write=True,
        ),
        Feature(
            "mail.draft",
            "Write drafts",
            "Puts drafts into your mailbox for you to send. Google grants this only "
            "together with sending and changing drafts.",
            (f"{SCOPE}gmail.compose",),
            is_write=True,
        ),
        Feature(
            "mail.read",
            "Read your mailbox",
            "Reads your mail when you ask about it. This is the most private of all: "
            "leave it off unless you want it.",
            (f"{SCOPE}gmail.readonly",),
            is_sensitive=True,
        ),
    ),
    implies={
        f"{SCOPE}calendar.events": (f"{SCOPE}calendar.events.readonly",),
        f"{SCOPE}gmail.compose": (f"{SCOPE}gmail.send",),
    },
    **COMMON,
)
