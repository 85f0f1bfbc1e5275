"""People share things with people: view or edit, taken back at once.

One pair of tables per shareable model, with a foreign key to it: a check is one index
look-up, a list one subquery, and a share goes when the thing goes. Guardian's own
generic tables do none of that (docs/decisions/0006).
"""

from typing import Any

from django.contrib.auth.models import Permission as PermissionRow
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils.translation import gettext
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from apps.core.errors import Forbidden, Invalid
from apps.rbac import audit, resources

# What a person chooses, and what it lets the other do.
LEVELS = {"view": ("view",), "edit": ("view", "change")}


class UserShare(UserObjectPermissionBase):
    """A row a person and action. Subclasses add `content_object`."""

    class Meta(UserObjectPermissionBase.Meta):
        abstract = True


class GroupShare(GroupObjectPermissionBase):
    """The same with everybody who holds a role."""

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = True


def share(*, by: Any, obj: models.Model, user: Any, level: str) -> None:
    """Let `user` view or edit; replaces what they had. Only the owner shares.

    Raises Forbidden or Invalid.
    """
    if level not in LEVELS:
        raise Invalid(gettext("Share to view or to edit."))
    resource = _owned(by, obj)
    if user.pk == by.pk:
        raise Invalid(gettext("This is yours already."))
    table: Any = resource.user_shares
    with transaction.atomic():
        table.objects.filter(user=user, content_object=obj).delete()
        table.objects.bulk_create(
            [
                table(user=user, content_object=obj, permission=row)
                for row in _rows(obj, LEVELS[level])
            ]
        )
        after = {"with": user.pk, "to": level}
        _recorded("share", by, obj, resource, after=after)


def revoke(*, by: Any, obj: models.Model, user: Any) -> None:
    """Counts on the next look. The owner takes it back, or the other gives it up."""
    resource = resources.of(type(obj))
    if resource is None or resource.user_shares is None:
        raise Invalid(gettext("This cannot be shared."))
    if by.pk not in (resource.owner_id(obj), user.pk):
        raise Forbidden
    table: Any = resource.user_shares
    with transaction.atomic():
        # Whoever is changing it under that share is through, or finds it gone.
        type(obj)._base_manager.select_for_update().filter(pk=obj.pk).first()
        gone, _ = table.objects.filter(user=user, content_object=obj).delete()
        if gone:
            _recorded("revoke", by, obj, resource, before={"with": user.pk})


def _recorded(
    verb: str, by: Any, obj: models.Model, resource: resources.Resource, **details: Any
) -> None:
    action = f"{obj._meta.label_lower}.{verb}"
    audit.done(action, actor=by, subject=resource.owner_id(obj), obj=obj, **details)


def held(obj: models.Model) -> dict[Any, str]:
    """Id of each person it is shared with → "view" or "edit"."""
    resource = resources.of(type(obj))
    table: Any = resource.user_shares if resource else None
    if table is None:
        return {}
    rows = table.objects.filter(content_object=obj).values_list(
        "user_id", "permission__codename"
    )
    found: dict[Any, str] = {}
    for user_id, codename in rows:
        if codename.startswith("change_"):
            found[user_id] = "edit"
        else:
            found.setdefault(user_id, "view")
    return found


def _owned(by: Any, obj: models.Model) -> resources.Resource:
    resource = resources.of(type(obj))
    if resource is None or resource.user_shares is None:
        raise Invalid(gettext("This cannot be shared."))
    if resource.owner_id(obj) != by.pk:
        raise Forbidden
    return resource


def _rows(obj: models.Model, actions: tuple[str, ...]) -> list[PermissionRow]:
    model = obj._meta.model_name
    kind = ContentType.objects.get_for_model(obj, for_concrete_model=False)
    wanted = [f"{action}_{model}" for action in actions]
    return list(PermissionRow.objects.filter(content_type=kind, codename__in=wanted))
