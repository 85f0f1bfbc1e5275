"""What may be spent, in whole US dollars; each pot apart (apps/sms/money/budgets.py)."""

from apps.sms.knobs._kinds import whole
from apps.sms.models import Pot
from apps.sms.router import Knob

_WINDOWS = {
    "day": "of everybody in a day",
    "month": "of everybody in a month",
    "area_hour": "on numbers of one area in an hour",
    "area_day": "on numbers of one area in a day",
    "person_day": "of one person in a day",
    "person_month": "of one person in a month",
}
_STARTS_AS = {
    # A person who talks all day to a long-winded assistant comes to two dollars.
    Pot.ANSWERS: {
        "day": 250,
        "month": 2_500,
        "area_hour": 50,
        "area_day": 150,
        "person_day": 5,
        "person_month": 60,
    },
    Pot.PROACTIVE: {
        "day": 75,
        "month": 750,
        "area_hour": 15,
        "area_day": 45,
        "person_day": 1,
        "person_month": 10,
    },
    # Whoever is paid for texts to an area would ask for codes there.
    Pot.SECURITY: {
        "day": 50,
        "month": 500,
        "area_hour": 5,
        "area_day": 20,
        "person_day": 2,
        "person_month": 10,
    },
    # Anybody may ask for them, at any number: so not of what signs people in.
    Pot.LINKING: {"day": 20, "month": 200, "area_hour": 2, "area_day": 10},
    # Whoever notes numbers makes us look them up.
    Pot.LOOKUPS: {"day": 10, "month": 100, "area_hour": 2, "area_day": 5},
    Pot.STRANGERS: {"day": 10, "month": 100, "area_hour": 2, "area_day": 5},
    # What one person may is said by their roles.
    Pot.TOKENS: {"day": 100, "month": 1_000},
}


def _knob(pot: Pot, window: str, dollars: int) -> Knob[int]:
    return Knob(
        f"budgets.{pot}_{window}",
        f"{pot.label}, {_WINDOWS[window]}",
        dollars,
        whole("dollars", most=1_000_000),
    )


CAPS = {
    pot: {window: _knob(pot, window, dollars) for window, dollars in said.items()}
    for pot, said in _STARTS_AS.items()
}
# Of the texts a month that a person's role allows, so many more may be started by us.
PROACTIVE_PERCENT = Knob(
    "budgets.proactive_percent",
    "Texts we start, as a part of the texts a month that a role allows",
    50,
    whole("percent", most=100),
)

KNOBS = (*(knob for caps in CAPS.values() for knob in caps.values()), PROACTIVE_PERCENT)
