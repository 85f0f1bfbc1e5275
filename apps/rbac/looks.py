"""An operator looks at a row of somebody: they are told, and see as much as they may."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from apps.rbac import audit, ledger, policy
from apps.rbac.catalog import Permission
from apps.rbac.models import AuditEvent


def shows_pii(by: Any) -> bool:
    """Whether addresses and numbers are shown to them in full."""
    return bool(policy.can(by, Permission.PERSON_VIEW_PII))


def record(obj: Model, *, by: Any, person: Any) -> bool:
    """That `by` looks at this one row, which its person can see; whether in full.

    Raises Unavailable: what cannot be recorded is not shown.
    """
    shown = shows_pii(by)
    seen = f"{obj._meta.app_label}.{obj._meta.model_name}.view"
    audit.decided(
        Permission.PERSON_VIEW_PII if shown else seen,
        allowed=True,
        actor=by,
        subject=person,
        obj=obj,
        now=True,
    )
    return shown


def record_of(model: type[Model], *, by: Any, person: Any) -> None:
    """The same of a list of what is one person's, which stands masked."""
    audit.decided(
        f"{model._meta.app_label}.{model._meta.model_name}.view",
        allowed=True,
        actor=by,
        subject=person,
        obj=model,
        now=True,
    )


def reveal(
    obj: Model, names: Iterable[str], *, by: Any, person: Any, reason: str
) -> dict[str, Any]:
    """What is hidden of a row, this once, for a reason that its person can read. Raises
    Unavailable."""
    audit.decided(
        f"{obj._meta.app_label}.{obj._meta.model_name}.reveal",
        allowed=True,
        actor=by,
        subject=person,
        obj=obj,
        words=reason,
        now=True,
    )
    return {name: getattr(obj, name) for name in names}


def record_event(event: AuditEvent, *, by: Any) -> None:
    """What is sealed in it is opened for `by`: whose it is can see who looked."""
    people: set[int | None] = {*ledger.owners(event)}
    for person_id in people or {event.subject_id}:
        audit.decided(
            Permission.AUDIT_VIEW,
            allowed=True,
            actor=by,
            subject=person_id,
            obj=event,
            now=True,
        )
