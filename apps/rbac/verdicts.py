"""Where a decision counts: asked of the policy, recorded, and acted on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Model

from apps.core.errors import Conflict, Forbidden, NotFound
from apps.rbac import audit, policy, resources
from apps.rbac.policy import Decision, Reason


def reached(
    user: Any, action: str, obj: Model | None = None, *, again: bool = False
) -> Decision:
    """The policy's decision, as it is about to be carried out.

    Recorded when it is a refusal, or about more than one's own: a yes to the owner is
    what their own page shows anyway. `again`: a yes is on record already.
    """
    decision = policy.can(user, action, obj)
    if not decision or (decision.reason != Reason.OWNER and not again):
        audit.decided(
            action,
            allowed=decision.allowed,
            actor=user if user is not None and user.is_authenticated else None,
            subject=_owner_id(obj),
            obj=obj,
            reason=decision.reason,
            via=decision.via,
        )
    return decision


def insist(user: Any, action: str, obj: Model | None = None) -> None:
    """Raises Forbidden; NotFound for a row, which a stranger is not told of."""
    if not reached(user, action, obj):
        raise Forbidden if obj is None else NotFound


@contextmanager
def refusals(action: str, *, by: Any, subject: Any, obj: Any) -> Iterator[None]:
    """Around a verb: that it refuses is recorded, whatever becomes of its transaction."""
    try:
        yield
    except (Forbidden, Conflict) as refusal:
        audit.decided(
            action,
            allowed=False,
            actor=by,
            subject=subject,
            obj=obj,
            reason=refusal.code,
            private={"refusal": refusal.sentence},
        )
        raise


def _owner_id(obj: Model | None) -> Any:
    resource = resources.of(type(obj)) if obj is not None else None
    return resource.owner_id(obj) if resource and obj is not None else None
