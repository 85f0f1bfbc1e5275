"""A shelf is a package whose every module exports one constant; or it runs across the
apps, each of which may have one module of that name."""

import pkgutil
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from typing import Any

from django.apps import apps


class BadShelf(RuntimeError):
    """A file on the shelf does not export the constant."""


@lru_cache(maxsize=None)
def collect(package: str, constant: str) -> tuple[Any, ...]:
    """The `constant` of every module in `package`, by module name.

    Modules that start with an underscore are the shelf's own furniture.
    """
    shelf = import_module(package)
    names = sorted(
        module.name
        for module in pkgutil.iter_modules(shelf.__path__)
        if not module.name.startswith("_")
    )
    return tuple(_exported(f"{package}.{name}", constant) for name in names)


def across_apps(module: str, constant: str) -> tuple[Any, ...]:
    """What the tuples `constant` hold in this module of each of our apps that has one."""
    return tuple(chain.from_iterable(by_app(module, constant).values()))


def by_app(module: str, constant: str) -> dict[str, tuple[Any, ...]]:
    """The same under the label of each app, in their order."""
    found: dict[str, tuple[Any, ...]] = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.{module}"
        if config.name.startswith(("apps.", "tests.")) and find_spec(name):
            found[config.label] = tuple(_exported(name, constant))
    return found


def _exported(module: str, constant: str) -> Any:
    try:
        return getattr(import_module(module), constant)
    except AttributeError:
        raise BadShelf(f"{module} does not export {constant}") from None
