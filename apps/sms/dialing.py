"""Which numbers we have to do with: what a person typed, and whether we text there.

`refusal` is asked before anything is spent on a number.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import phonenumbers
from django.utils.translation import gettext, gettext_noop
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from apps.core.errors import Invalid
from apps.sms import areas, router
from apps.sms.knobs import countries

# Types that a person can text from. US and Canadian numbers are all of the second.
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_REFUSED = {
    PhoneNumberType.PREMIUM_RATE: gettext_noop(
        "That is a premium-rate number. Use a mobile number."
    ),
    PhoneNumberType.SHARED_COST: gettext_noop(
        "That is a shared-cost number. Use a mobile number."
    ),
    PhoneNumberType.PERSONAL_NUMBER: gettext_noop(
        "That is a personal number that forwards to others. Use a mobile number."
    ),
    PhoneNumberType.UAN: gettext_noop("That is a company number. Use a mobile number."),
    PhoneNumberType.PAGER: gettext_noop("That is a pager. Use a mobile number."),
    PhoneNumberType.VOICEMAIL: gettext_noop(
        "That is a voicemail box. Use a mobile number."
    ),
    PhoneNumberType.VOIP: gettext_noop(
        "That is an internet number. Use a mobile number."
    ),
    PhoneNumberType.TOLL_FREE: gettext_noop(
        "That is a toll-free number. Use a mobile number."
    ),
    PhoneNumberType.FIXED_LINE: gettext_noop(
        "That is a landline. Use a mobile number."
    ),
}
# Satellites, +800 and the like.
_NO_COUNTRY = "001"


def normalise(text: str, region: str = "US") -> str:
    """E.164 of what a person typed. Raises `Invalid` with what is wrong.

    The package takes more than that for a number: letters as digits, extensions,
    addresses of other channels (`whatsapp:+1…`).
    """
    text = re.sub(r"^\s*tel:", "", text, flags=re.IGNORECASE)
    if any(each.isalpha() for each in text) or ";" in text:
        raise Invalid(
            gettext("Write the number in digits alone, without an extension.")
        )
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        raise Invalid(gettext("That is not a phone number.")) from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise Invalid(gettext("That is not a phone number anyone can have."))
    if why := _kind(number):
        raise Invalid(gettext(why))
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def refusal(e164: str) -> str:
    """Why we send this number nothing, in a sentence; empty when we do."""
    return _refusal(e164, router.value(countries.ALLOWED))


def refusals(several: Iterable[str]) -> dict[str, str]:
    """The same of several; those that are sent texts are not in it."""
    allowed = router.value(countries.ALLOWED)
    return {each: why for each in several if (why := _refusal(each, allowed))}


def insist(e164: str) -> None:
    """Raises `Invalid` for a number that we send nothing."""
    if why := refusal(e164):
        raise Invalid(why)


def _refusal(e164: str, allowed: tuple[str, ...]) -> str:
    why, country = _by_itself(e164)
    if not why and country not in allowed:
        words = gettext("We do not text numbers of this country (%(country)s) yet.")
        return words % {"country": country}
    return why and gettext(why)


@lru_cache(areas.RECENT)
def _by_itself(e164: str) -> tuple[str, str]:
    """Why nobody texts this number, whatever is allowed; and its country."""
    number = areas.parsed(e164)
    if number is None:
        return gettext_noop("That is not a phone number."), ""
    why = _kind(number) if phonenumbers.is_valid_number(number) else ""
    return why, _country(number)


def _kind(number: phonenumbers.PhoneNumber) -> str:
    """Why a valid number is not one to text with, by what kind it is."""
    if _country(number) == _NO_COUNTRY:
        return gettext_noop(
            "That number belongs to no country, like a satellite’s. Use a mobile number."
        )
    kind = phonenumbers.number_type(number)
    if kind in _MOBILE:
        return ""
    if why := _REFUSED.get(kind):
        return why
    return gettext_noop("That number cannot send texts. Use a mobile number.")


def _country(number: phonenumbers.PhoneNumber) -> str:
    """By its digits; of one that nobody can have, by its country code."""
    found = phonenumbers.region_code_for_number(number)
    return found or phonenumbers.region_code_for_country_code(number.country_code or 0)
