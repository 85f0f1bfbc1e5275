"""Where a number is: its country, and the area that is texted together."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

# What belongs to no country in particular.
_NOWHERE = "001"


def area(number: str) -> str:
    """Country and area of a number; the country alone where it has no areas. Empty for
    a short code or a name: anybody may make up any number of those."""
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return ""
    length = phonenumbers.length_of_geographical_area_code(parsed)
    national = phonenumbers.national_significant_number(parsed)
    return f"+{parsed.country_code}{national[:length]}"


def country(number: str) -> str:
    """ISO 3166-1 alpha-2; empty for what belongs to none."""
    try:
        found = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except NumberParseException:
        return ""
    return "" if found in (None, _NOWHERE) else str(found)


def number_type(ours: str) -> str:
    """Of a number of ours, in Twilio's words; empty where the number does not tell."""
    if not ours.startswith("+"):
        return "shortcode" if ours.isdigit() else ""
    try:
        parsed = phonenumbers.parse(ours)
    except NumberParseException:
        return ""
    if phonenumbers.number_type(parsed) == PhoneNumberType.TOLL_FREE:
        return "tollfree"
    return "local" if parsed.country_code == 1 else ""
