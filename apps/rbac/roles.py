"""The graph of roles: made and changed by operators at run time.

A role cannot inherit itself, however indirectly; what comes with the product stays as
it is; and nobody puts into a role what they do not have themselves.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.core.errors import Conflict, Forbidden, Invalid
from apps.rbac import audit, catalog, membership, policy, system_roles
from apps.rbac.catalog import Permission
from apps.rbac.models import Role, RoleAssignment, RoleLimits

CHANGED = "Somebody else has changed this meanwhile. Open it again, then change it."
SLUG = re.compile(r"[a-z][a-z0-9-]{0,39}")
NO_SLUG = "A slug has small letters, digits and hyphens, and begins with a letter."


def create(
    *,
    by: Any,
    slug: str,
    name: str,
    permissions: Iterable[str] = (),
    inherits: Iterable[Role] = (),
    rank: int = 15,
) -> Role:
    """A new role. Raises Forbidden, Conflict or Invalid."""
    with transaction.atomic():
        membership.lock()
        _insist(by, Permission.ROLE_ADD)
        alike = Q(slug=slug) | Q(name__iexact=name.strip())
        if Role.objects.filter(alike).exists():
            raise Conflict("There is a role of that name already.")
        if not SLUG.fullmatch(slug):
            raise Invalid(NO_SLUG)
        if rank > membership.rank(by):
            raise Forbidden("A role cannot rank above yours.")
        group, _ = Group.objects.get_or_create(name=system_roles.group_name(slug))
        role = Role.objects.create(slug=slug, name=name, group=group, rank=rank)
        RoleLimits.objects.create(role=role)
        _shape(by, role, {str(each) for each in permissions}, list(inherits))
        audit.done("rbac.role.create", actor=by, obj=role, after=_shown(role))
    return role


def change(
    *,
    by: Any,
    role: Role,
    permissions: Iterable[str],
    inherits: Iterable[Role],
    seen: str | None = None,
) -> None:
    """New permissions and parents; counts for everybody who holds it at once.

    `seen`: the version this is meant to change. Raises Conflict for a later one.
    """
    with transaction.atomic():
        membership.lock()
        _insist(by, Permission.ROLE_CHANGE)
        role = standing(role.pk)
        if seen is not None and seen != version(role):
            raise Conflict(CHANGED)
        _insist_own(role)
        _insist_not_held(by, role)
        _insist_within(by, policy.permissions_of(role))
        insist_not_above(by, [role])
        before = _shown(role)
        own, parents = {str(each) for each in permissions}, list(inherits)
        if (end := reach_ends(by, [role, *parents], own)) is not None:
            # Whoever holds it would have for good what was theirs for a time.
            raise Forbidden(
                f"What you have of this role ends on {spoken(end)}. A role stays, so it is"
                " changed by who has all of it for good."
            )
        _shape(by, role, own, parents)
        audit.done(
            "rbac.role.change", actor=by, obj=role, before=before, after=_shown(role)
        )


def delete(*, by: Any, role: Role, reason: str = "") -> None:
    """Only a role that nobody has ever held: history keeps its names."""
    with transaction.atomic():
        membership.lock()
        _insist(by, Permission.ROLE_DELETE)
        role = standing(role.pk)
        _insist_own(role)
        _insist_within(by, policy.permissions_of(role))
        insist_not_above(by, [role])
        if role.assignments.exists() or role.inherited_by.exists():
            raise Conflict("Somebody has held this role, or another role inherits it.")
        audit.done(
            "rbac.role.delete", actor=by, obj=role, words=reason, before=_shown(role)
        )
        group = role.group
        role.delete()
        group.delete()


def standing(pk: int) -> Role:
    """As it is now that its changes wait for ours. Raises Conflict for one that is gone."""
    found = Role.objects.filter(pk=pk).select_related("group").first()
    if found is None:
        raise Conflict("That role is gone: somebody else has deleted it.")
    return found


def version(role: Role) -> str:
    """Changes whenever what a role is and does changes."""
    said = repr((role.name, role.slug, role.rank, _shown(role)))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def own_permissions(role: Role) -> frozenset[str]:
    """What the role itself brings, without what it inherits."""
    rows = role.group.permissions.values_list(
        "content_type__app_label", "content_type__model", "codename"
    )
    return frozenset(catalog.from_row(*row) for row in rows)


def closure(roles: Iterable[Role]) -> set[Role]:
    """These roles and all they inherit, step by step."""
    found: set[Role] = set()
    waiting = list(roles)
    while waiting:
        role = waiting.pop()
        if role not in found:
            found.add(role)
            waiting.extend(role.inherits.all())
    return found


def reach_ends(
    by: Any, wanted: Iterable[Role], permissions: Iterable[str] = ()
) -> datetime | None:
    """When `by` no longer has what these roles bring, and these permissions; None while
    they have it for good. Under the lock, and only of what they have now."""
    held = RoleAssignment.objects.live().filter(user=by).select_related("role")
    ends = {each.role: each.expires_at for each in held}
    if not any(ends.values()):
        return None
    wanted = list(wanted)
    needed = frozenset(permissions).union(*map(policy.permissions_of, wanted))
    highest = max((role.rank for role in closure(wanted)), default=0)
    for end in sorted(end for end in ends.values() if end):
        left = [role for role, own in ends.items() if own is None or own > end]
        left.append(Role.objects.get(slug=catalog.BASE))
        brings = frozenset[str]().union(*map(policy.permissions_of, left))
        if not needed <= brings or highest > max(role.rank for role in closure(left)):
            return end
    return None


def insist_not_above(by: Any, roles: Iterable[Role]) -> None:
    """What ranks higher brings the limits of who stands higher, inherited or not."""
    highest = max((role.rank for role in closure(roles)), default=0)
    if highest > membership.rank(by):
        raise Forbidden("That role ranks above yours.")


def spoken(end: datetime) -> str:
    return f"{timezone.localtime(end):%Y-%m-%d %H:%M}"


def _shape(by: Any, role: Role, own: set[str], parents: list[Role]) -> None:
    parents = [standing(parent.pk) for parent in parents]
    if role in closure(parents):
        raise Invalid("A role cannot inherit itself.")
    inherited = [policy.permissions_of(parent) for parent in parents]
    _insist_within(by, frozenset(own).union(*inherited))
    insist_not_above(by, parents)
    rows = system_roles.permission_rows(own)
    role.group.permissions.set(rows.values())
    role.inherits.set(parents)
    membership.settle(role.group.user_set.values_list("pk", flat=True))


def _shown(role: Role) -> dict[str, Any]:
    """For the record."""
    return {
        "role": role.slug,
        "permissions": sorted(own_permissions(role)),
        "inherits": sorted(role.inherits.values_list("slug", flat=True)),
    }


def _insist(by: Any, permission: Permission) -> None:
    policy.forget(by)
    if not policy.can(by, permission):
        raise Forbidden


def _insist_own(role: Role) -> None:
    if role.is_system:
        raise Conflict("This role comes with the product and cannot be changed.")


def _insist_not_held(by: Any, role: Role) -> None:
    """A role brings more than permissions: limits, too, would be one's own."""
    if by.groups.filter(pk=role.group_id).exists():
        raise Forbidden("Nobody changes a role that they hold.")


def _insist_within(by: Any, wanted: frozenset[str]) -> None:
    if not wanted <= policy.permissions(by):
        raise Forbidden("A role cannot do more than you.")
