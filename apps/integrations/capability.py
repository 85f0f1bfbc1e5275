"""What can be done with a connected account, and the shelf it stands on.

Each file in `capabilities/` exports CAPABILITIES, and has the functions that do it. A
capability names the feature that its person has to have switched on.
"""

from dataclasses import dataclass
from functools import lru_cache

from apps.core import shelves
from apps.core.errors import NotFound

SHELF = "apps.integrations.capabilities"


@dataclass(frozen=True)
class Capability:
    name: str  # what.verb, the same at every provider
    provider: str
    feature: str
    is_write: bool = False
    # The provider can tell that it is asked for the same thing again.
    is_repeatable: bool = True


def every() -> tuple[Capability, ...]:
    return tuple(
        each for page in shelves.collect(SHELF, "CAPABILITIES") for each in page
    )


def named(provider_id: str, name: str) -> Capability:
    """Raises NotFound."""
    found = _by_name().get((provider_id, name))
    if found is None:
        raise NotFound("That cannot be done there.")
    return found


@lru_cache(maxsize=1)
def _by_name() -> dict[tuple[str, str], Capability]:
    return {(each.provider, each.name): each for each in every()}
