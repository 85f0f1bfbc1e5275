"""The way back for an address that bounced: a letter that is tried once more, with a
link in it. Whoever opens the link has read the letter."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext

from apps.accounts import letters, tries
from apps.accounts.models import User
from apps.core.errors import NotFound
from apps.jobs import mail, suppressions
from apps.jobs.models import Suppression
from apps.rbac import audit

_SALT = "accounts.reachable"
_VALID_FOR = timedelta(days=1)
_NAME = "address_again"


def suppressed(user: User) -> list[Suppression]:
    """Their addresses that we do not write to, and why."""
    addresses = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return suppressions.among(addresses)


def ask(*, user: User, address: str) -> None:
    """Write there once more, a few times an hour. Raises NotFound for what is no proved
    address of theirs, TooMany, Unavailable."""
    theirs = EmailAddress.objects.filter(
        user=user, email=address.lower(), verified=True
    )
    if not theirs.exists():
        raise NotFound(gettext("That is none of your addresses."))
    tries.of_letter(address, _NAME)
    link = reverse("reach_again", args=[signing.dumps(address.lower(), salt=_SALT)])
    letter = letters.written(
        _NAME, to=address, about={"again_url": letters.public(link)}
    )
    mail.post(letter, name=_NAME, person=user, is_proof=True)


def find(key: str) -> str:
    """The address that a link is for. Raises NotFound."""
    try:
        return str(signing.loads(key, salt=_SALT, max_age=_VALID_FOR))
    except signing.BadSignature:
        raise NotFound(
            gettext("This link is not valid any more. Ask for a new one.")
        ) from None


@transaction.atomic
def confirm(key: str) -> str:
    """Letters go there again; the address. Raises NotFound."""
    address = find(key)
    suppressions.proved(address)
    proved = EmailAddress.objects.filter(email=address, verified=True).first()
    audit.done(
        "accounts.email.confirm",
        subject=proved.user_id if proved else None,
        after={"email": address},
    )
    return address
