"""What a provider granted, held against what was asked for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from apps.integrations import standing
from apps.integrations.models import Connection, Scope
from apps.integrations.provider import Feature, Provider


@dataclass(frozen=True)
class Line:
    """A feature on the page of a connection."""

    feature: Feature
    is_chosen: bool
    is_granted: bool
    # Whether the connection itself does.
    is_usable: bool

    @property
    def is_on(self) -> bool:
        """Switched on and allowed, also while the connection is paused."""
        return self.is_chosen and self.is_granted

    @property
    def works(self) -> bool:
        return self.is_on and self.is_usable

    @property
    def is_missing(self) -> bool:
        return self.is_chosen and not self.is_granted


def read(provider: Provider, answer: object, asked: Collection[str]) -> list[str]:
    """The scopes of an answer of the token endpoint, in the words we asked with.

    One that says nothing granted all of it (RFC 6749 §5.1).
    """
    said = answer.split() if isinstance(answer, str) else []
    # What can stand in a scope (RFC 6749 §3.3).
    said = [each for each in said if each.isascii() and each.isprintable()]
    said = [each for each in said if len(each) <= 255]
    if not said or not provider.has_scopes:
        return list(asked) if provider.has_scopes else []
    ours = {theirs: own for own, theirs in provider.aliases.items()}
    found = [ours.get(scope, scope) for scope in said]
    unspoken = [scope for scope in asked if scope in provider.unspoken]
    return list(dict.fromkeys([*found, *unspoken]))


def covers(provider: Provider, scopes: Iterable[str]) -> set[str]:
    """These, and the narrower ones that they include."""
    found = set(scopes)
    for wide in list(found):
        found.update(provider.implies.get(wide, ()))
    return found


def allows(provider: Provider, scopes: Iterable[str], feature: Feature) -> bool:
    return not provider.has_scopes or set(feature.scopes) <= covers(provider, scopes)


def of(connection: Connection) -> list[str]:
    rows = connection.scopes.filter(withdrawn_at=None).order_by("id")
    return list(rows.values_list("scope", flat=True))


def of_each(connections: Iterable[Connection]) -> dict[int, list[str]]:
    """The scopes of each, by its key, in one query."""
    found: dict[int, list[str]] = {row.pk: [] for row in connections}
    rows = Scope.objects.filter(connection__in=found, withdrawn_at=None).order_by("id")
    for pk, scope in rows.values_list("connection_id", "scope"):
        found[pk].append(scope)
    return found


def lines(connection: Connection, scopes: Collection[str]) -> list[Line]:
    """Every feature of its provider, in order."""
    provider = connection.declared
    return [
        Line(
            feature,
            feature.id in connection.features,
            allows(provider, scopes, feature),
            connection.is_usable,
        )
        for feature in provider.features
    ]


def missing(connection: Connection, scopes: Collection[str]) -> list[Feature]:
    """What was switched on and not granted."""
    return [each.feature for each in lines(connection, scopes) if each.is_missing]


def record(connection: Connection, scopes: Collection[str]) -> None:
    """From now on these are granted. Belongs into the caller's transaction."""
    now, held = timezone.now(), set(of(connection))
    gone = connection.scopes.filter(withdrawn_at=None).exclude(scope__in=scopes)
    gone.update(withdrawn_at=now)
    Scope.objects.bulk_create(
        Scope(connection=connection, scope=scope, granted_at=now)
        for scope in dict.fromkeys(scopes)
        if scope not in held
    )


def lost(connection: Connection, feature: Feature) -> None:
    """The provider says that this was not granted (any more)."""
    with transaction.atomic():
        row = Connection.objects.locked(connection.pk)
        held = row.scopes.filter(withdrawn_at=None)
        held.filter(scope__in=_wide(row.declared, feature)).update(
            withdrawn_at=timezone.now()
        )
        if row.is_usable and feature.id in row.features:
            standing.change(row, Connection.Status.LIMITED, Connection.Reason.PARTIAL)


def _wide(provider: Provider, feature: Feature) -> set[str]:
    """Its scopes, and those that include them."""
    own = set(feature.scopes)
    return own | {
        wide for wide, narrow in provider.implies.items() if own & set(narrow)
    }


def withdraw_all(connection: Connection) -> None:
    record(connection, ())
