"""Who was above all permissions holds the role that has them all.

What the role may do, and who is in its group, is written after the migration
(rbac/system_roles.py).
"""

from django.db import migrations


def name_administrators(apps, schema_editor):
    superusers = apps.get_model("accounts", "User").objects.filter(is_superuser=True)
    if not superusers.exists():
        return
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(
        name="role:administrator"
    )
    role, _ = apps.get_model("rbac", "Role").objects.get_or_create(
        slug="administrator",
        defaults={"name": "Administrator", "group": group, "rank": 30},
    )
    assignments = apps.get_model("rbac", "RoleAssignment").objects
    for user in superusers:
        assignments.get_or_create(
            user=user,
            role=role,
            revoked_at=None,
            defaults={"reason": "was a superuser"},
        )


def mark_superusers(apps, schema_editor):
    apps.get_model("accounts", "User").objects.filter(
        role_assignments__role__slug="administrator",
        role_assignments__revoked_at=None,
    ).update(is_superuser=True, is_staff=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_roles_until"), ("rbac", "0001_roles")]

    operations = [migrations.RunPython(name_administrators, mark_superusers)]
