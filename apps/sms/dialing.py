"""Which numbers we have to do with: what a person typed, and whether we text there.

`refusal` is asked before anything is spent on a number.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from apps.core.errors import Invalid
from apps.sms import areas, router
from apps.sms.knobs import countries

# Types that a person can text from. US and Canadian numbers are all of the second.
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_USE_MOBILE = "Use a mobile number."
_REFUSED = {
    PhoneNumberType.PREMIUM_RATE: "a premium-rate number",
    PhoneNumberType.SHARED_COST: "a shared-cost number",
    PhoneNumberType.PERSONAL_NUMBER: "a personal number that forwards to others",
    PhoneNumberType.UAN: "a company number",
    PhoneNumberType.PAGER: "a pager",
    PhoneNumberType.VOICEMAIL: "a voicemail box",
    PhoneNumberType.VOIP: "an internet number",
    PhoneNumberType.TOLL_FREE: "a toll-free number",
    PhoneNumberType.FIXED_LINE: "a landline",
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
        raise Invalid("Write the number in digits alone, without an extension.")
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        raise Invalid("That is not a phone number.") from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise Invalid("That is not a phone number anyone can have.")
    if why := _kind(number):
        raise Invalid(why)
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
        return f"We do not text numbers of this country ({country}) yet."
    return why


@lru_cache(areas.RECENT)
def _by_itself(e164: str) -> tuple[str, str]:
    """Why nobody texts this number, whatever is allowed; and its country."""
    number = areas.parsed(e164)
    if number is None:
        return "That is not a phone number.", ""
    why = _kind(number) if phonenumbers.is_valid_number(number) else ""
    return why, _country(number)


def _kind(number: phonenumbers.PhoneNumber) -> str:
    """Why a valid number is not one to text with, by what kind it is."""
    if _country(number) == _NO_COUNTRY:
        return f"That number belongs to no country, like a satellite’s. {_USE_MOBILE}"
    kind = phonenumbers.number_type(number)
    if kind in _MOBILE:
        return ""
    if name := _REFUSED.get(kind):
        return f"That is {name}. {_USE_MOBILE}"
    return f"That number cannot send texts. {_USE_MOBILE}"


def _country(number: phonenumbers.PhoneNumber) -> str:
    """By its digits; of one that nobody can have, by its country code."""
    found = phonenumbers.region_code_for_number(number)
    return found or phonenumbers.region_code_for_country_code(number.country_code or 0)
