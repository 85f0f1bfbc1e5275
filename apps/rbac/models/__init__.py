from apps.rbac.models.roles import Console, Role, RoleAssignment, RoleLimits

__all__ = ["Console", "Role", "RoleAssignment", "RoleLimits"]
