"""What belongs to somebody: whose a row is, what its owner may do, how it is shared.

Each app says it of its own models in `resources.py`, a tuple `RESOURCES`.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db.models import Model

from apps.rbac.catalog import Permission


@dataclass(frozen=True)
class Resource:
    """`owner` names the foreign key to the person.

    `user_shares` and `group_shares` are the tables of a shareable resource
    (`shares.UserShare`, `shares.GroupShare`).
    """

    model: type[Model]
    owner_may: frozenset[str]
    owner: str = "user"
    user_shares: type[Model] | None = None
    group_shares: type[Model] | None = None

    def owner_id(self, obj: Model) -> Any:
        return getattr(obj, f"{self.owner}_id")


def of(model: type[Model]) -> Resource | None:
    """Nothing for a model whose rows belong to nobody."""
    return _all().get(model)


def every() -> tuple[Resource, ...]:
    return tuple(_all().values())


def own(*actions: Permission) -> frozenset[str]:
    return frozenset(actions)


@lru_cache(maxsize=1)
def _all() -> dict[type[Model], Resource]:
    found: dict[type[Model], Resource] = {}
    for config in apps.get_app_configs():
        ours = config.name.startswith(("apps.", "tests."))
        if ours and find_spec(f"{config.name}.resources"):
            module = import_module(f"{config.name}.resources")
            resources = getattr(module, "RESOURCES", ())
            found |= {resource.model: resource for resource in resources}
    return found
