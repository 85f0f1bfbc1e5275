"""Puts the catalogue's permissions and roles into the database, after each migration."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth import models as auth
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from apps.rbac import catalog, membership
from apps.rbac.catalog import Permission, SystemRole
from apps.rbac.models import Role, RoleLimits

GROUP_PREFIX = "role:"


def group_name(slug: str) -> str:
    return f"{GROUP_PREFIX}{slug}"


@transaction.atomic
def write(**_: Any) -> None:
    """Safe to run again. Leaves limits that operators have edited as they are."""
    rows = permission_rows(Permission)
    for known in catalog.SYSTEM_ROLES:
        role = _role(known)
        role.group.permissions.set([rows[each] for each in known.grants])
        role.inherits.set(Role.objects.filter(slug__in=known.inherits))
        RoleLimits.objects.get_or_create(role=role, defaults=dict(known.limits))
    base = group_name(catalog.BASE)
    newcomers = get_user_model()._default_manager.exclude(groups__name=base)
    membership.settle(newcomers.values_list("pk", flat=True))


def permission_rows(wanted: Iterable[str]) -> dict[str, auth.Permission]:
    """Django's rows for permissions by name, made where they are missing."""
    names = {each: catalog.parts(each) for each in wanted}
    models = {each: apps.get_model(n.app, n.subject) for each, n in names.items()}
    types = ContentType.objects.get_for_models(
        *models.values(), for_concrete_models=False
    )
    auth.Permission.objects.bulk_create(
        [
            auth.Permission(
                content_type=types[models[each]],
                codename=name.codename,
                name=_title(name, models[each]._meta.verbose_name),
            )
            for each, name in names.items()
        ],
        ignore_conflicts=True,
    )
    found = auth.Permission.objects.filter(content_type__in=types.values())
    rows = {(row.content_type_id, row.codename): row for row in found}
    return {
        each: rows[types[models[each]].pk, name.codename]
        for each, name in names.items()
    }


def _title(name: catalog.Name, subject: Any) -> str:
    """As Django names its own: "Can view reminder"."""
    return f"Can {name.action.replace('_', ' ')} {subject}"


def _role(known: SystemRole) -> Role:
    group, _ = auth.Group.objects.get_or_create(name=group_name(known.slug))
    role, _ = Role.objects.update_or_create(
        slug=known.slug,
        defaults={
            "name": known.name,
            "rank": known.rank,
            "group": group,
            "is_system": True,
        },
    )
    return role
