"""What is kept of a person here: their roles, and what was recorded."""

from django.contrib.admin.models import LogEntry
from guardian.models import UserObjectPermission

from apps.core.dossier import Kept
from apps.rbac import timeline
from apps.rbac.models import AuditEvent, PersonKey, RoleAssignment

PERSONAL = (
    Kept(
        RoleAssignment,
        ("user", "granted_by", "revoked_by"),
        "Roles you hold or held, and why you were given them.",
        name="roles",
        columns={
            "role": "role.name",
            "given_at": "granted_at",
            "reason": "reason",
            "ends_at": "expires_at",
            "taken_back_at": "revoked_at",
        },
        of=lambda user: RoleAssignment.objects.filter(user=user).select_related("role"),
    ),
    Kept(
        AuditEvent,
        ("subject_id", "actor_id", "on_behalf_of_id"),
        "What happened around your account, newest first. Who is you, staff, other or"
        " nobody; from where is told of what you did yourself.",
        name="activity",
        columns={
            "at": "at",
            "action": "action",
            "outcome": "outcome",
            "who": "who",
            "reason": lambda moment: moment.reason or moment.code,
            "role": "role",
            "until": "until",
            "address": "address",
            "browser": "browser",
            "work": "work",
            "count": "count",
            "page": "page",
        },
        read=lambda user: timeline.every(user.pk),
        stays="The record proves itself by being whole. What is personal in it cannot"
        " be read any more once your key is destroyed.",
    ),
    Kept(
        PersonKey,
        ("person_id",),
        "The key under which what is recorded of you is sealed: no use without the rest.",
        stays="An empty row remains, so that no new key is made.",
    ),
    Kept(LogEntry, ("user",), "Empty: what operators do is among the activity."),
    Kept(
        UserObjectPermission,
        ("user",),
        "A table of a package; shares have tables of their own.",
    ),
)
