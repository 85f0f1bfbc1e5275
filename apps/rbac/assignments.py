"""Who holds which role. Given, taken back, run out.

Nobody gives or takes more than they have, nor for longer; nobody changes their own
roles, and the last lasting administrator stays one. One lock puts all changes of roles
in order.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core import shelves
from apps.core.errors import Conflict, Forbidden, Invalid
from apps.core.kinds import job
from apps.rbac import audit, catalog, membership, policy, roles
from apps.rbac.catalog import Permission
from apps.rbac.models import Role, RoleAssignment

# A longer one is a slip; the last years a calendar knows also differ by time zone.
LONGEST = timedelta(days=3_653)
_GIVE = "What you have of this role ends on {}. Give it until then at most."
_TAKE = "What you have of this role ends on {}, and theirs lasts longer than yours."


def grant(
    *,
    by: Any,
    user: Any,
    role: Role,
    reason: str,
    expires_at: datetime | None = None,
) -> RoleAssignment:
    """Give a role, until `expires_at` or for good; replaces a live one of the same.

    `by` is None when the system itself does it. Raises Forbidden, Conflict or Invalid.
    """
    now = timezone.now()
    if expires_at is not None and not now < expires_at <= now + LONGEST:
        raise Invalid("The end of a role lies in the future, within ten years.")
    if not reason.strip():
        raise Invalid("Say why, in a few words.")
    if role.slug == catalog.BASE:
        raise Invalid("Everybody with an account has this role.")
    with transaction.atomic():
        membership.lock()
        role = roles.standing(role.pk)
        if by is not None:
            _insist(by, Permission.ROLE_GRANT, user, role)
            _insist_no_longer(by, role, expires_at, _GIVE)
        old = _live(user, role)
        if old and by is not None:
            # Whatever replaces it, this takes away what somebody gave.
            _insist(by, Permission.ROLE_REVOKE, user, role)
            _insist_no_longer(by, role, old.expires_at, _TAKE)
        if old and old.expires_at is None and expires_at is not None:
            # Putting an end to a role takes it away, later.
            _insist_another_administrator(old)
        if old:
            _end(old, by)
        made: RoleAssignment = RoleAssignment.objects.create(
            user=user, role=role, granted_by=by, reason=reason, expires_at=expires_at
        )
        membership.settle([user.pk])
        _tell(made, is_given=True)
        until = expires_at.isoformat() if expires_at else None
        audit.done(
            "rbac.roleassignment.grant",
            actor=by,
            subject=user,
            obj=made,
            words=reason,
            after={"role": role.slug, "until": until},
        )
    return made


def revoke(*, by: Any, user: Any, role: Role, reason: str) -> None:
    """Take a role back at once. Raises Forbidden, Conflict or Invalid."""
    if not reason.strip():
        raise Invalid("Say why, in a few words.")
    with transaction.atomic():
        membership.lock()
        role = roles.standing(role.pk)
        if by is not None:
            _insist(by, Permission.ROLE_REVOKE, user, role)
        held = _live(user, role)
        if held is None:
            raise Conflict("This person does not hold that role.")
        if by is not None:
            _insist_no_longer(by, role, held.expires_at, _TAKE)
        _insist_another_administrator(held)
        _end(held, by)
        membership.settle([user.pk])
        _tell(held, is_given=False)
        audit.done(
            "rbac.roleassignment.revoke",
            actor=by,
            subject=user,
            obj=held,
            words=reason,
            before={"role": role.slug},
        )


def insist_not_the_last_administrator(user: Any) -> None:
    """Before an account is suspended or deleted, in the same transaction.

    Raises Conflict when nobody else could run the place afterwards.
    """
    membership.lock()
    held = RoleAssignment.objects.live().filter(
        user=user, role__slug=catalog.ADMINISTRATOR
    )
    for each in held:
        _insist_another_administrator(each)


def insist_within_reach(by: Any, user: Any) -> None:
    """Operators act only on people who may do no more than they themselves.

    A suspended account counts as what it would be when it is open again.
    """
    if not policy.potential(user) <= policy.permissions(by):
        raise Forbidden("This person may do more than you.")


def end_overdue() -> int:
    """Settle whoever holds a role that has run out; how many there were.

    A request of such a person is settled before it is answered (`policy.current`), so
    this is for everything else.
    """
    now = timezone.now()
    overdue = RoleAssignment.objects.filter(revoked_at=None, expires_at__lte=now)
    with transaction.atomic():
        membership.lock()
        people = set(overdue.values_list("user_id", flat=True))
        ended = list(
            overdue.select_related("role", "user").select_for_update(of=("self",))
        )
        for assignment in ended:
            _end(assignment, None, at=assignment.expires_at)
            audit.done(
                "rbac.roleassignment.end",
                subject=assignment.user_id,
                obj=assignment,
                before={"role": assignment.role.slug},
            )
        membership.settle(people)
        for assignment in ended:
            _tell(assignment, is_given=False)
    return len(people)


@job("rbac.end_overdue", schedulable="End roles that have run out")
def end_overdue_roles() -> int:
    return end_overdue()


def _live(user: Any, role: Role) -> RoleAssignment | None:
    # One that has run out but was not swept yet makes room as well.
    held: RoleAssignment | None = RoleAssignment.objects.filter(
        user=user, role=role, revoked_at=None
    ).first()
    if held and not held.is_live:
        _end(held, None, at=held.expires_at)
        return None
    return held


def _end(held: RoleAssignment, by: Any, at: datetime | None = None) -> None:
    held.revoked_at = at or timezone.now()
    held.revoked_by = by
    held.save(update_fields=["revoked_at", "revoked_by"])


def _tell(assignment: RoleAssignment, *, is_given: bool) -> None:
    """Each app says in `on_roles.py`, a tuple `ON_ROLES`, what follows."""
    for follow in shelves.across_apps("on_roles", "ON_ROLES"):
        follow(assignment, is_given=is_given)


def _insist(by: Any, permission: Permission, user: Any, role: Role) -> None:
    policy.forget(by)
    if not policy.can(by, permission):
        raise Forbidden
    if by.pk == user.pk:
        raise Forbidden("Nobody changes their own roles.")
    if not policy.permissions_of(role) <= policy.permissions(by):
        raise Forbidden("You cannot give or take a role that may do more than you.")
    roles.insist_not_above(by, [role])


def _insist_no_longer(by: Any, role: Role, until: datetime | None, words: str) -> None:
    """What is theirs for a time they neither give nor take for longer."""
    end = roles.reach_ends(by, [role])
    if end is not None and (until is None or until > end):
        raise Forbidden(words.format(roles.spoken(end)))


def _insist_another_administrator(held: RoleAssignment) -> None:
    if held.role.slug != catalog.ADMINISTRATOR or held.expires_at is not None:
        return
    others = RoleAssignment.objects.lasting().filter(role=held.role)
    if not others.exclude(user=held.user_id).exists():
        raise Conflict("This is the last administrator. Name another one first.")
