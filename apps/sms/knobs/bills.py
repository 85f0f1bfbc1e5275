"""When what Twilio bills is another amount than the ledger's."""

from apps.sms.knobs._kinds import whole
from apps.sms.router import Knob

# Prices that came late and rounding make up less.
TOLERANCE = Knob(
    "bills.tolerance",
    "Tenths of a percent by which Twilio's bill of a month may differ from the ledger",
    5,
    whole("tenths of a percent", most=1_000),
)

KNOBS = (TOLERANCE,)
