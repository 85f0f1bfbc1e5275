"""What can be done with a connected account, call by call.

Each file in `capabilities/` exports FACET: one side of the accounts of one provider
(facets.py), with the calls that it makes. A capability names the feature that its person
has to have switched on.
"""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext

from apps.core import shelves
from apps.core.errors import NotFound

SHELF = "apps.integrations.capabilities"


@dataclass(frozen=True)
class Capability:
    """One call of a provider's API. `url` has {steps} to be filled in."""

    provider: str
    name: str  # what.verb, the same at every provider
    feature: str
    method: str
    url: str
    is_write: bool = False
    # Asked for twice, it is done once: it only reads, says how things are to be, or
    # carries a handle that the provider knows again.
    is_repeatable: bool = True


def every() -> tuple[Capability, ...]:
    return tuple(
        each for facet in shelves.collect(SHELF, "FACET") for each in facet.capabilities
    )


def named(provider_id: str, name: str) -> Capability:
    """Raises NotFound."""
    found = _by_name().get((provider_id, name))
    if found is None:
        raise NotFound(gettext("That cannot be done there."))
    return found


@lru_cache(maxsize=1)
def _by_name() -> dict[tuple[str, str], Capability]:
    return {(each.provider, each.name): each for each in every()}
