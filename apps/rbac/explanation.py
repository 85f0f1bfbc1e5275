"""Why somebody may or may not: every way that could lead to yes, walked to its end.

Works the answer out anew from the tables (roles, edges, grants), not from what `policy`
keeps, so that a difference between the two is a defect of one of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from apps.rbac import catalog, resources
from apps.rbac.models import Role, RoleAssignment
from apps.rbac.policy import Decision, Reason


@dataclass(frozen=True)
class Way:
    """One way to yes: its name, whether it got there, and what it met."""

    name: Reason
    leads_there: bool
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """`roles`: each role they have, and how they come by it; `would_bring`: the slugs
    of the roles that hold the permission, whoever has them."""

    decision: Decision
    ways: tuple[Way, ...] = ()
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    would_bring: tuple[str, ...] = ()


def explain(user: Any, action: str, obj: Model | None = None) -> Explanation:
    """The decision, and each way with its steps, in the order they are tried."""
    if user is None or not user.is_authenticated:
        return Explanation(Decision(False, Reason.ANONYMOUS))
    if not user.is_active:
        return Explanation(Decision(False, Reason.INACTIVE))
    resource = resources.of(type(obj)) if obj is not None else None
    mine = chains(user)
    bring = _holders(action)
    steps = tuple(slug for slug in bring if slug in mine)
    ways = [Way(Reason.ROLE, bool(steps), steps)]
    if obj is not None and resource is not None:
        ways.insert(0, _owner(user, action, obj, resource))
        ways.append(_shares(user, set(mine), action, obj, resource))
    decision = Decision(False, Reason.NOT_GRANTED)
    for way in reversed(ways):
        if way.leads_there:
            decision = Decision(True, way.name, way.steps)
    return Explanation(decision, tuple(ways), mine, bring)


def chains(user: Any) -> dict[str, tuple[str, ...]]:
    """Each role somebody has → how they come by it, from the role they hold down."""
    held = RoleAssignment.objects.live().filter(user=user)
    start = {*held.values_list("role__slug", flat=True), catalog.BASE}
    parents: dict[str, list[str]] = {}
    for child, parent in Role.inherits.through.objects.values_list(
        "from_role__slug", "to_role__slug"
    ):
        parents.setdefault(child, []).append(parent)
    waiting: list[tuple[str, ...]] = [(slug,) for slug in sorted(start)]
    found: dict[str, tuple[str, ...]] = {}
    while waiting:
        path = waiting.pop(0)
        if path[-1] not in found:
            found[path[-1]] = path
            waiting += [(*path, parent) for parent in parents.get(path[-1], ())]
    return found


def _owner(user: Any, action: str, obj: Model, resource: resources.Resource) -> Way:
    is_theirs = resource.owner_id(obj) == user.pk
    return Way(Reason.OWNER, is_theirs and action in resource.owner_may, ())


def _holders(action: str) -> tuple[str, ...]:
    name = catalog.parts(action)
    holders = Role.objects.filter(
        group__permissions__codename=name.codename,
        group__permissions__content_type__app_label=name.app,
    )
    return tuple(holders.order_by("slug").values_list("slug", flat=True))


def _shares(
    user: Any, mine: set[str], action: str, obj: Model, resource: resources.Resource
) -> Way:
    name = catalog.parts(action)
    steps: list[str] = []
    for table, way, who in (
        (resource.user_shares, "person", {"user": user}),
        (resource.group_shares, "role", {"group__role__slug__in": mine}),
    ):
        if table is not None:
            rows = table._default_manager.filter(
                content_object=obj,
                permission__codename=name.codename,
                permission__content_type__app_label=name.app,
                **who,
            )
            steps += [way] * rows.count()
    return Way(Reason.SHARE, bool(steps), tuple(steps))
