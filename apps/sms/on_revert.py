"""Somebody had taken an account over and changed its address; its owner has it back."""

from datetime import datetime

from apps.accounts.models import User
from apps.sms import cooling, linking, numbers, texted_codes


def give_up_new_phones(user: User, since: datetime) -> None:
    """Those that were linked since the address was changed are not the owner's, nor
    need the words or codes be that link another one, or take one back."""
    numbers.release_since(user, since)
    cooling.forget(user)
    linking.forget(user)
    texted_codes.forget(user)


ON_REVERT = (give_up_new_phones,)
