"""What a person sees of the providers, and of the accounts they have connected there."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from apps.accounts.models import User
from apps.integrations import endpoints, granted
from apps.integrations import provider as shelf
from apps.integrations import standing
from apps.integrations.granted import Line
from apps.integrations.models import Connection, ProviderState
from apps.integrations.provider import Provider
from apps.integrations.standing import Words


@dataclass(frozen=True)
class Account:
    """A connection with what was allowed of it, and how it stands in words."""

    row: Connection
    lines: list[Line]
    said: Words

    @property
    def tone(self) -> str:
        return standing.TONES[self.row.status]

    @property
    def is_in_need(self) -> bool:
        """Of its person, to work again."""
        return self.row.status == Connection.Status.ATTENTION

    @property
    def chosen(self) -> list[Line]:
        return [line for line in self.lines if line.is_chosen]

    @property
    def on(self) -> list[Line]:
        return [line for line in self.lines if line.is_on]

    @property
    def missing(self) -> list[Line]:
        return [line for line in self.lines if line.is_missing]

    @property
    def working(self) -> int:
        return sum(line.works for line in self.lines)

    @property
    def version(self) -> tuple[object, ...]:
        """Another one whenever something else is to be shown."""
        row = self.row
        told = (row.public_id, row.label, row.status, row.reason)
        when = (row.connected_at, row.last_used_at)
        allowed = [(line.is_chosen, line.is_granted) for line in self.lines]
        return (told, when, allowed)


@dataclass(frozen=True)
class Card:
    provider: Provider
    accounts: list[Account]
    # Whether it can be connected here (still).
    is_open: bool
    # Nothing is renewed there at the moment, whoever's it is.
    is_stopped: bool

    @property
    def counts(self) -> dict[str, int]:
        """How many accounts stand how."""
        return dict(Counter(account.row.status for account in self.accounts))

    @property
    def version(self) -> tuple[object, ...]:
        own = [account.version for account in self.accounts]
        return (self.provider.id, self.is_open, self.is_stopped, own)


def of(user: User) -> list[Card]:
    """One for each provider there is. Three queries."""
    mine = accounts(list(Connection.objects.owned_by(user)))
    stopped = _stopped()
    return [_card(each, mine, stopped) for each in shelf.every()]


def one(user: User, provider: Provider) -> Card:
    """Three queries."""
    own = Connection.objects.owned_by(user).filter(provider=provider.id)
    return _card(provider, accounts(list(own)), _stopped())


def accounts(rows: Sequence[Connection]) -> list[Account]:
    """In the same order; one query for all."""
    scopes = granted.of_each(rows)
    return [account(row, scopes[row.pk]) for row in rows]


def account(row: Connection, scopes: Sequence[str]) -> Account:
    lines = granted.lines(row, scopes)
    if row.status == Connection.Status.ATTENTION:
        # Nothing is allowed any more, also where no scope says so.
        lines = [replace(line, is_granted=False) for line in lines]
    return Account(row, lines, standing.words(row))


def is_stopped(provider: Provider) -> bool:
    return provider.id in _stopped()


def _card(provider: Provider, mine: list[Account], stopped: set[str]) -> Card:
    return Card(
        provider,
        [each for each in mine if each.row.provider == provider.id],
        endpoints.is_offered(provider),
        provider.id in stopped,
    )


def _stopped() -> set[str]:
    rows = ProviderState.objects.filter(opened_at__isnull=False)
    return set(rows.values_list("provider", flat=True))
