"""Where we text at all."""

import phonenumbers

from apps.sms.knobs._kinds import words
from apps.sms.router import Knob

# Ranges that are no country's (satellites, +800) are "001" and not among them.
KNOWN = frozenset(phonenumbers.SUPPORTED_REGIONS)

# Where a text costs about a cent. Others cost up to thirty times that, and numbers
# abroad are what whoever is paid for texts to them signs up with.
ALLOWED = Knob(
    "countries.allowed",
    "Countries whose numbers we text",
    ("CA", "US"),
    words("two-letter codes of countries, like US CA DE", is_one=KNOWN.__contains__),
)

KNOBS = (ALLOWED,)
