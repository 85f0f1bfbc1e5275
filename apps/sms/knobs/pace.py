"""How fast and how late people are answered."""

from apps.sms.knobs._kinds import whole
from apps.sms.router import Knob

# Below what Twilio takes for two machines, 30 replies within 30 seconds.
ANSWERS_A_MINUTE = Knob(
    "pace.answers_a_minute",
    "Answers to one person in a minute; what comes faster is answered together",
    20,
    whole("answers", least=5, most=600),
)
LATE_AFTER = Knob(
    "pace.late_after",
    "Minutes after which an answer says that it is late",
    10,
    whole("minutes", least=1, most=1_440),
)
TOO_OLD_AFTER = Knob(
    "pace.too_old_after",
    "Hours after which a text is too old to be acted upon",
    24,
    whole("hours", least=1, most=168),
)

KNOBS = (ANSWERS_A_MINUTE, LATE_AFTER, TOO_OLD_AFTER)
