"""Who looked at what somebody and the assistant said to each other."""

from django.contrib.admin import site
from django.db.models import Q

from apps.rbac.audit import Outcome
from apps.rbac.catalog import Permission
from apps.rbac.models.audit import AuditEventQuerySet

# Facts of a row, and its words.
_LOOKS = ("view", "reveal")


def kinds() -> list[str]:
    """What makes up a conversation: the pages that say so (`Page.is_conversation`)."""
    return [
        model._meta.label_lower
        for model, page in site._registry.items()
        if getattr(page, "is_conversation", False)
    ]


def looks(events: AuditEventQuerySet) -> AuditEventQuerySet:
    """Those that were let. With addresses in full a look has that permission's name."""
    which = kinds()
    actions = [f"{kind}.{look}" for kind in which for look in _LOOKS]
    seen = Q(action=Permission.PERSON_VIEW_PII, obj_type__in=which)
    return events.with_outcome(Outcome.ALLOWED).filter(seen | Q(action__in=actions))
