"""A calendar here and one at a simulated provider, and whether they are in step."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.assistant import events, syncing
from apps.assistant.events import Times
from apps.assistant.models import Event, Sync, SyncLink
from apps.assistant.sync import core, own, shelf
from apps.assistant.sync.sides import Remote, Side
from apps.integrations import calendars, client
from tests.assistant import elsewhere
from tests.assistant.conftest import ZONE, Phone
from tests.integrations.servers import Simulator

HOUR = timedelta(hours=1)
WEEKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"


@dataclass
class Pair:
    """A person's own calendar and the one there."""

    user: User
    providers: Simulator
    sync: Sync

    def run(self) -> str:
        return str(core.run(self.sync.pk))

    @property
    def side(self) -> Side:
        return shelf.of(self.fresh, timezone.now())

    @property
    def fresh(self) -> Sync:
        return Sync.objects.select_related("connection", "user").get(pk=self.sync.pk)

    def ask(self, name: str, **more: Any) -> dict[str, Any]:
        return client.of(self.sync.connection, name).call(**more)

    def there(self) -> list[Remote]:
        return [each for each in self.side.changes("").items if each.content]

    def here(self) -> list[Event]:
        return list(Event.objects.owned_by(self.user).kept().filter(series=None))

    def titles(self) -> tuple[list[str], list[str]]:
        ours = sorted(row.title for row in self.here())
        return ours, sorted(each.content.title for each in self.there() if each.content)

    def add(self, title: str, ahead: timedelta = HOUR, rule: str = "") -> Event:
        start = timezone.now() + ahead
        times = Times(start, start + HOUR, ZONE, rule=rule)
        return events.create(user=self.user, title=title, times=times)

    def link(self, row: Event) -> SyncLink:
        return SyncLink.objects.get(sync=self.sync, event=row)

    def remote_of(self, title: str) -> Remote:
        (found,) = [
            each
            for each in self.there()
            if each.content and each.content.title == title
        ]
        return found

    def insist_in_step(self) -> None:
        """Both sides hold the same, nothing twice, and every link says so."""
        ours = Counter(own_print(row) for row in self.here())
        theirs = Counter(each.print for each in self.there())
        assert ours == theirs, (self.titles(), ours - theirs, theirs - ours)
        links = list(self.sync.links.select_related("event"))
        live = [each for each in links if not each.thing.is_deleted]
        assert len(live) == len(self.here())
        assert {each.status for each in links} <= {"in_step", "conflict"}


def own_print(row: Event) -> str:
    found = own.content(row)
    assert found
    return found.print


def paired(phone: Phone, providers: Simulator, provider: str, **more: Any) -> Pair:
    elsewhere.set_back(providers)
    elsewhere.connected(
        phone, providers, provider, features=["calendar.read", "calendar.write"], **more
    )
    (calendar,) = [
        each
        for each in calendars.of(phone.user)
        if each.connection.provider == provider
    ]
    return Pair(
        phone.user, providers, syncing.start(user=phone.user, calendar=calendar)
    )


def instants(start: datetime, *days: int) -> Iterator[datetime]:
    for day in days:
        yield start + timedelta(days=day)
