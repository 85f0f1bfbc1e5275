"""A text that is ready to be sent to us: as a link, and as a picture for a phone."""

from urllib.parse import quote

import segno
from django.conf import settings
from django.utils.translation import gettext

from apps.accounts.models import User
from apps.sms import numbers


def link(words: str) -> str:
    # "?&body=" is the one spelling that iOS and Android both read, and a "+" for the
    # space would arrive as one.
    return f"sms:{settings.TWILIO_NUMBER}?&body={quote(words)}"


def picture(words: str) -> str:
    """An SVG as a data URI."""
    code = segno.make(f"SMSTO:{settings.TWILIO_NUMBER}:{words}", error="m", micro=False)
    # The white frame around the picture is most of its quiet zone.
    return str(code.svg_data_uri(scale=4, border=1))


def first_text(user: User) -> dict[str, str] | None:
    """What to text for a beginning from a phone that is linked; None without one."""
    if numbers.primary(user) is None:
        return None
    words = gettext("remind me in half an hour to make tea")
    return {"words": words, "link": link(words), "picture": picture(words)}
