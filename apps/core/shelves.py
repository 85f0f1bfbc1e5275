"""A shelf is a package whose every module exports one constant."""

import pkgutil
from functools import lru_cache
from importlib import import_module
from typing import Any


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


def _exported(module: str, constant: str) -> Any:
    try:
        return getattr(import_module(module), constant)
    except AttributeError:
        raise BadShelf(f"{module} does not export {constant}") from None
