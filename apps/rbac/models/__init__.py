"""The facts of safety: roles and who holds them, what was decided and done, its seals."""

from apps.rbac.models.audit import (
    AuditAnchor,
    AuditEvent,
    AuditLeaves,
    AuditRetirement,
    AuditSeal,
    PersonKey,
    SigningKey,
)
from apps.rbac.models.roles import Console, Role, RoleAssignment, RoleLimits

__all__ = [
    "AuditAnchor",
    "AuditEvent",
    "AuditLeaves",
    "AuditRetirement",
    "AuditSeal",
    "Console",
    "PersonKey",
    "Role",
    "RoleAssignment",
    "RoleLimits",
    "SigningKey",
]
