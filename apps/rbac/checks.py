"""A permission about a model that does not exist would never be granted or asked for."""

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register

from apps.rbac import catalog
from apps.rbac.catalog import Permission


@register
def subjects(**_: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for permission in Permission:
        try:
            name = catalog.parts(permission)
            apps.get_model(name.app, name.subject)
        except (LookupError, ValueError):
            found.append(
                Error(
                    f"The permission {permission} is about no model.",
                    hint="Write app.model.action in apps/rbac/catalog.py.",
                    id="rbac.E001",
                )
            )
    return found
