"""What comes back from a provider's API, and what it means.

Nothing here asks anybody. No answer is quoted: it holds people's words.
"""

import json
from typing import Any

from apps.core.errors import Conflict, OutsideFailure, TooMany
from apps.core.http import Answer

Thing = dict[str, Any]

# The words that providers have for it.
NOT_GRANTED = frozenset(
    {
        "insufficientPermissions",
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "ErrorAccessDenied",
        "restricted_resource",
    }
)
TOO_OFTEN = frozenset(
    {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
)
# Not again before tomorrow.
USED_UP = frozenset({"quotaExceeded", "dailyLimitExceeded"})
# Its API is not switched on for us.
OURS = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})


class FeatureOff(Conflict):
    """The connection is there, and this is not switched on, or was not granted."""

    code = "feature_off"


class Busy(TooMany):
    """The provider says that it was asked too often. Nothing was done."""

    code = "provider_busy"


class UsedUp(Busy):
    """What it gives by the day is used up."""

    code = "provider_used_up"


class ProviderDown(OutsideFailure):
    code = "provider_down"


class NotThere(ProviderDown):
    """It was never asked: nobody was reached, however often it was tried."""


class OutcomeUnknown(OutsideFailure):
    """It may have been done. Never asked again by itself."""

    code = "outcome_unknown"


class Refused(OutsideFailure):
    """The provider says that what we ask is wrong, or answers what cannot be."""

    code = "provider_refused"


class Unreadable(Exception):
    """It says that it went well, and then no words of JSON."""


def told(answer: Answer) -> Thing:
    if not answer.content.strip():
        return {}
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        raise Unreadable from None
    if not isinstance(found, dict):
        raise Unreadable
    return found


def reasons_of(answer: Answer) -> frozenset[str]:
    """The provider's own words for what is wrong: Google's `reason`s, the `code` of
    Graph and of Notion."""
    try:
        found = told(answer)
    except Unreadable:
        return frozenset()
    error = found.get("error")
    error = error if isinstance(error, dict) else found
    words = [error.get("code"), error.get("status")]
    for name in ("errors", "details"):
        listed = error.get(name)
        for each in listed if isinstance(listed, list) else ():
            words.append(each.get("reason") if isinstance(each, dict) else None)
    return frozenset(word for word in words if isinstance(word, str))


def is_trouble(answer: Answer) -> bool:
    return answer.status >= 500 or answer.status == 408


def things(listed: object) -> list[Thing]:
    """Of a list in an answer, what can be read at all."""
    if not isinstance(listed, list):
        return []
    return [each for each in listed if isinstance(each, dict)]
