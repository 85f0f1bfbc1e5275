"""Where a number is: its country, and the area that is texted together."""

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

# What belongs to no country in particular.
_NOWHERE = "001"
# A turn asks the same of a number several times, and a tenth of a millisecond each.
RECENT = 1_000


@lru_cache(RECENT)
def parsed(number: str) -> phonenumbers.PhoneNumber | None:
    """Not to be changed. None for what is no number."""
    try:
        return phonenumbers.parse(number)
    except NumberParseException:
        return None


@lru_cache(RECENT)
def area(number: str) -> str:
    """Country and area of a number; the country alone where it has no areas. Empty for
    a short code or a name: anybody may make up any number of those."""
    found = parsed(number)
    if found is None:
        return ""
    length = phonenumbers.length_of_geographical_area_code(found)
    national = phonenumbers.national_significant_number(found)
    return f"+{found.country_code}{national[:length]}"


@lru_cache(RECENT)
def country(number: str) -> str:
    """ISO 3166-1 alpha-2; empty for what belongs to none. Of a number that nobody can
    have, by its country code."""
    known = parsed(number)
    found = None
    if known:
        found = phonenumbers.region_code_for_number(known)
        found = found or phonenumbers.region_code_for_country_code(
            known.country_code or 0
        )
    return "" if found in (None, _NOWHERE, phonenumbers.UNKNOWN_REGION) else str(found)


@lru_cache(RECENT)
def number_type(ours: str) -> str:
    """Of a number of ours, in Twilio's words; empty where the number does not tell."""
    if not ours.startswith("+"):
        return "shortcode" if ours.isdigit() else ""
    found = parsed(ours)
    if found is None:
        return ""
    if phonenumbers.number_type(found) == PhoneNumberType.TOLL_FREE:
        return "tollfree"
    return "local" if found.country_code == 1 else ""
