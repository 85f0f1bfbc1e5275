"""A letter or a text to try whether it arrives."""

from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext

from apps.accounts import guessing, letters
from apps.accounts.models import User
from apps.core import languages
from apps.core.errors import Conflict, NotFound
from apps.sms import numbers, outbox
from apps.sms.models import OutboundText


def send(user: User, by: str) -> str:
    """Says where to it is on its way; `by` is one of `WAYS`. Raises NotFound where there
    is no address or phone, Conflict where it cannot be texted, TooMany, Unavailable."""
    return WAYS[by](user)


def _letter(user: User) -> str:
    """Raises NotFound, TooMany or Unavailable."""
    address = letters.primary_address(user)
    if not address:
        raise NotFound(gettext("You have no proven address to write to."))
    guessing.TESTS.charge(f"letter:{user.pk}")
    letters.tell(user, "test", place="")
    return gettext("A letter is on its way to %(address)s.") % {"address": address}


def _text(user: User) -> str:
    """Raises the same."""
    phone = numbers.primary(user)
    if phone is None:
        raise NotFound(gettext("No phone is linked yet, so there is nothing to text."))
    guessing.TESTS.charge(f"text:{user.pk}")
    with transaction.atomic():
        sent = outbox.queue(
            user=user,
            body=languages.text("test", {}),
            kind=OutboundText.Kind.NOTICE,
            dedupe_key=f"test:{uuid4()}",
        )
    if sent is None:
        raise Conflict(
            gettext("That phone cannot be texted. If you texted STOP, text START.")
        )
    if sent.state == OutboundText.State.CANCELED:
        raise Conflict(gettext("Your texts of this month are used up."))
    number = numbers.display(phone.e164)
    return gettext("A text is on its way to %(number)s.") % {"number": number}


WAYS = {"letter": _letter, "text": _text}
