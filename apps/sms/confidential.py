"""Texts with words that are for the phone alone: one-time codes.

Thread, console and database show `body`, with stars for the secret. What is handed to
the gateway lies beside it, sealed, and is destroyed when the text leaves or never will.
"""

from apps.core import vault
from apps.core.rotation import Sealed
from apps.sms.models import OutboundText


def hide(text: OutboundText, secret: str) -> None:
    """Seal the words of a text that is not saved yet, and star the secret."""
    text.sealed = vault.seal(text.body, place=_place(text))
    text.body = text.body.replace(secret, "*" * len(secret))


def words(text: OutboundText) -> str:
    """What the phone gets. Raises `Unreadable` when their key has left the ring."""
    return vault.unseal(text.sealed, place=_place(text)) if text.sealed else text.body


def is_readable(text: OutboundText) -> bool:
    try:
        words(text)
    except vault.Unreadable:
        return False
    return True


def _place(text: OutboundText) -> str:
    return f"sms.outboundtext:{text.ref}"


SEALED = Sealed(OutboundText, _place)
