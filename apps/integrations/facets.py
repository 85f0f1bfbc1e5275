"""One side of a connected account: its calendar, its mailbox, its pages, its videos.

A noun page (`calendars`, `mailboxes` …) says what can be done with such a side at any
provider; a file on the shelf `capabilities/` does it at one.
"""

from collections import defaultdict
from typing import ClassVar, TypeVar

from apps.accounts.models import User
from apps.core import shelves
from apps.integrations import capability, client, granted
from apps.integrations.capability import Capability
from apps.integrations.client import Client
from apps.integrations.models import Connection, Scope


class Facet:
    capabilities: ClassVar[tuple[Capability, ...]]

    def __init__(self, connection: Connection, can: frozenset[str]) -> None:
        self.connection = connection
        # The names of what is switched on and granted.
        self.can = can

    def __str__(self) -> str:
        return f"{self.connection.declared.name}, {self.connection.label}"

    def ask(self, name: str) -> Client:
        """Raises FeatureOff for what is not switched on or not granted."""
        return client.of(self.connection, name)


Kind = TypeVar("Kind", bound=Facet)


def of(user: User, kind: type[Kind]) -> list[Kind]:
    """That side of each of a person's accounts where something of it works, in the order
    they were connected."""
    rows = list(Connection.objects.owned_by(user).usable().select_related("user"))
    held = defaultdict[int, list[str]](list)
    live = Scope.objects.filter(connection__in=rows, withdrawn_at=None)
    for row, scope in live.values_list("connection_id", "scope"):
        held[row].append(scope)
    there = [
        facet(row, _able(facet, row, held[row.pk]))
        for row in rows
        for facet in _every(kind)
        if facet.capabilities[0].provider == row.provider
    ]
    return [each for each in there if each.can]


def _every(kind: type[Kind]) -> list[type[Kind]]:
    found = shelves.collect(capability.SHELF, "FACET")
    return [each for each in found if issubclass(each, kind)]


def _able(facet: type[Facet], row: Connection, scopes: list[str]) -> frozenset[str]:
    provider = row.declared
    return frozenset(
        each.name
        for each in facet.capabilities
        if each.feature in row.features
        and granted.allows(provider, scopes, provider.feature(each.feature))
    )
