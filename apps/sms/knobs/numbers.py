"""When a number is no longer taken for its owner's without a question."""

from apps.sms.knobs._kinds import whole
from apps.sms.router import Knob

# Carriers give a number to somebody else after 45 days at the earliest (47 CFR 52.15);
# people who only get reminders are not to be asked every month.
SILENT_AFTER = Knob(
    "numbers.silent_after",
    "Days without a text from a phone after which its owner is asked",
    180,
    whole("days", least=30, most=1_000),
)


# Twilio is paid for each look. Numbers move between carriers seldom.
LINE_TYPE_KEPT = Knob(
    "numbers.line_type_kept",
    "Days for which Twilio Lookup is believed about what kind of line a number is; 0: it"
    " is not asked",
    0,
    whole("days", most=365),
)

KNOBS = (SILENT_AFTER, LINE_TYPE_KEPT)
