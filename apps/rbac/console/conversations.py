"""Who looked at what somebody and the assistant said to each other: who opened a row of
it, where words stay hidden, who read the words, and who stood in for them, which shows
whatever they see."""

from enum import StrEnum
from functools import cache

from django.contrib.admin import site
from django.db.models import Q

from apps.rbac.audit import Outcome
from apps.rbac.catalog import Permission
from apps.rbac.models.audit import AuditEvent, AuditEventQuerySet


class Look(StrEnum):
    OPENED = "opened"
    READ = "words read"
    STOOD_IN = "stood in"


# What they are recorded as. With addresses in full a row is opened by that permission.
_ENDINGS = {"view": Look.OPENED, "reveal": Look.READ}
_STANDING_IN = "accounts.standin.look"


@cache
def kinds() -> tuple[str, ...]:
    """What makes up a conversation: the pages that say so (`Page.is_conversation`)."""
    return tuple(
        model._meta.label_lower
        for model, page in site._registry.items()
        if getattr(page, "is_conversation", False)
    )


def looks(
    events: AuditEventQuerySet, which: tuple[Look, ...] = tuple(Look)
) -> AuditEventQuerySet:
    """Those that were let."""
    endings = [ending for ending, look in _ENDINGS.items() if look in which]
    actions = [f"{kind}.{ending}" for kind in kinds() for ending in endings]
    seen = Q(action__in=actions)
    if Look.OPENED in which:
        seen |= Q(action=Permission.PERSON_VIEW_PII, obj_type__in=kinds())
    if Look.STOOD_IN in which:
        seen |= Q(action=_STANDING_IN)
    return events.with_outcome(Outcome.ALLOWED).filter(seen)


def look(event: AuditEvent) -> Look | None:
    """Which of them it is; None for what is no look at a conversation."""
    kind, _, ending = event.action.rpartition(".")
    if event.outcome != Outcome.ALLOWED:
        return None
    if event.action == _STANDING_IN:
        return Look.STOOD_IN
    if event.action == Permission.PERSON_VIEW_PII:
        return Look.OPENED if event.obj_type in kinds() else None
    return _ENDINGS.get(ending) if kind in kinds() else None
