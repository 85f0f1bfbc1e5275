from apps.rbac.resources import Resource
from tests.rbac.things.models import Thing, ThingGroupShare, ThingUserShare

VIEW, CHANGE, DELETE = (f"things.thing.{verb}" for verb in ("view", "change", "delete"))

RESOURCES = (
    Resource(
        Thing,
        owner_may=frozenset({VIEW, CHANGE, DELETE}),
        user_shares=ThingUserShare,
        group_shares=ThingGroupShare,
    ),
)
