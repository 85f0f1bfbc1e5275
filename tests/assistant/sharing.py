"""What the tests of sharing share."""

from typing import Any

from allauth.account.models import EmailAddress

from apps.accounts.models import User
from apps.assistant import offers
from apps.assistant.models import Offer
from apps.assistant.shared import Thing


def proven(user: User, address: str = "") -> str:
    """An address of theirs that they have proven."""
    address = address or user.email
    EmailAddress.objects.get_or_create(
        user=user, email=address.lower(), defaults={"verified": True, "primary": True}
    )
    return address


def offered(thing: Thing, user: User, level: str = "view") -> Offer:
    return offers.make(by=thing.user, thing=thing, to=proven(user), level=level)


def given(thing: Thing, user: User, level: str = "view") -> Any:
    """Shared, the way it comes about."""
    return offers.accept(user=user, row=offered(thing, user, level))
