"""What is kept of a person here: sums of what they used."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from apps.accounts.models import User
from apps.analytics import histogram
from apps.analytics.models import (
    CountryMonth,
    Holder,
    HolderChange,
    PersonDay,
    PersonMonth,
    PersonSpeed,
    PersonTool,
)
from apps.core.dossier import Kept

_OF_NOBODY = gettext_noop(
    "Those of strangers, and of all who have left together, have no person."
)

# holders.py
_FOLLOWED = gettext_noop("They go with the roles, within seconds.")


def _theirs(model: type[Any]) -> Callable[[User], QuerySet[Any]]:
    return lambda user: model.objects.filter(user_id=user.pk)


def _milliseconds(row: PersonSpeed) -> int:
    return round(histogram.middle(row.bucket))


PERSONAL = (
    Kept(
        PersonDay,
        ("user_id",),
        "How many texts a day, and what they cost.",
        name="texts-by-day",
        columns={
            "day": "day",
            "direction": "direction",
            "kind": "kind",
            "country": "country",
            "status": "status",
            "error_code": "error_code",
            "texts": "texts",
            "segments": "segments",
            "millionths_of_a_dollar": "micros",
        },
        of=_theirs(PersonDay),
        stays=_OF_NOBODY,
        also=_theirs(PersonDay),
    ),
    Kept(
        PersonMonth,
        ("user_id",),
        "The days above, by the month.",
        stays=_OF_NOBODY,
        also=_theirs(PersonMonth),
    ),
    Kept(
        CountryMonth,
        ("user_id",),
        "The same by the country of the number.",
        stays=_OF_NOBODY,
        also=_theirs(CountryMonth),
    ),
    Kept(
        PersonSpeed,
        ("user_id",),
        "How long you waited for answers, by the day.",
        name="waiting-by-day",
        columns={
            "day": "day",
            "country": "country",
            "milliseconds": _milliseconds,
            "times": "times",
        },
        of=_theirs(PersonSpeed),
        stays=_OF_NOBODY,
        also=_theirs(PersonSpeed),
    ),
    Kept(
        PersonTool,
        ("user_id",),
        "What you asked the assistant for, by the day.",
        name="tools-by-day",
        columns={
            "day": "day",
            "tool": "tool",
            "outcome": "outcome",
            "calls": "calls",
        },
        of=_theirs(PersonTool),
        stays=_OF_NOBODY,
        also=_theirs(PersonTool),
    ),
    # Behind the sums, which are taken out of those of roles.
    Kept(
        Holder,
        ("user_id",),
        "Which roles you have, once more.",
        stays=_FOLLOWED,
    ),
    Kept(
        HolderChange,
        ("user_id",),
        "That your roles have changed, for two seconds.",
        stays=_FOLLOWED,
    ),
)
