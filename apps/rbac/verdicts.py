"""Where a decision counts: asked of the policy, and acted on."""

from typing import Any

from django.db.models import Model

from apps.core.errors import Forbidden, NotFound
from apps.rbac import policy
from apps.rbac.policy import Decision


def reached(user: Any, action: str, obj: Model | None = None) -> Decision:
    """The policy's decision, as it is about to be carried out."""
    return policy.can(user, action, obj)


def insist(user: Any, action: str, obj: Model | None = None) -> None:
    """Raises Forbidden; NotFound for a row, which a stranger is not told of."""
    if not reached(user, action, obj):
        raise Forbidden if obj is None else NotFound
