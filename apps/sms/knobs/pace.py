"""How fast and how late people are answered."""

from apps.sms.knobs._kinds import whole
from apps.sms.router import Knob

TEXTS_A_MINUTE = Knob(
    "pace.texts_a_minute",
    "Texts of one person that are answered in a minute",
    30,
    whole("texts", least=5, most=600),
)
LATE_AFTER = Knob(
    "pace.late_after",
    "Minutes after which an answer says that it is late",
    10,
    whole("minutes", least=1, most=1_440),
)
TOO_OLD_AFTER = Knob(
    "pace.too_old_after",
    "Hours after which a text is too old to act upon",
    24,
    whole("hours", least=1, most=168),
)

KNOBS = (TEXTS_A_MINUTE, LATE_AFTER, TOO_OLD_AFTER)
