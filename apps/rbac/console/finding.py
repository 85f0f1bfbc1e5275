"""Whoever sees masks alone finds by the whole of an address or a number: a few times.

Asked often enough it tells what a mask hides. So each search is on record with its
words before it answers, and there are so many of them an hour.
"""

from typing import Any

from django.http import HttpRequest

from apps.core.errors import TooMany
from apps.core.limits import Limit
from apps.rbac import audit, policy
from apps.rbac.catalog import Permission

# Per operator, whatever list: a day's work asks for a person every few minutes, and a
# mask leaves a million numbers (masks.py).
SEARCHES = Limit("console_search", times=30, seconds=3_600)
_ASKED = "_asked_for"
_WORDS_LENGTH = 200


def insist(request: HttpRequest, model: Any, words: str) -> None:
    """Before a search is answered. Raises TooMany, or Unavailable."""
    if policy.can(request.user, Permission.PERSON_VIEW_PII):
        return
    asked = vars(request).setdefault(_ASKED, set())
    if words in asked:
        return  # the same request once more: an action on what it found
    action = f"{model._meta.app_label}.{model._meta.model_name}.search"
    said: dict[str, Any] = {"obj": model, "private": {"asked": words[:_WORDS_LENGTH]}}
    try:
        SEARCHES.charge(str(request.user.pk))
    except TooMany as refusal:
        audit.decided(
            action, allowed=False, actor=request.user, reason=refusal.code, **said
        )
        raise
    audit.decided(action, allowed=True, actor=request.user, now=True, **said)
    asked.add(words)
