"""The bad day: end every connection to a provider, and take every grant back there."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core.errors import NotFound
from apps.integrations import connections
from apps.integrations import provider as shelf
from apps.integrations import standing
from apps.integrations.consents import Channel
from apps.integrations.models import Connection

_BATCH = 500


class Command(BaseCommand):
    help = (
        "End every connection to a provider: secrets are removed at once, grants are "
        "taken back by jobs, everybody is written to. Can be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("provider", help=", ".join(shelf.ids()))
        parser.add_argument("--yes", action="store_true", help="do it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            provider = shelf.named(options["provider"])
        except NotFound:
            known = ", ".join(shelf.ids())
            raise CommandError(f"The providers are {known}.") from None
        rows = Connection.objects.live().filter(provider=provider.id).order_by("pk")
        if not options["yes"]:
            raise CommandError(
                f"{rows.count()} connections to {provider.name} would end. Say --yes."
            )
        ended, last = 0, 0
        while batch := list(rows.filter(pk__gt=last)[:_BATCH]):
            for row in batch:
                ended += self._end(row)
            last = batch[-1].pk
        self.stdout.write(f"{ended} connections to {provider.name} have ended.")

    def _end(self, row: Connection) -> int:
        try:
            connections.disconnect(
                row=row, channel=Channel.SYSTEM, reason=Connection.Reason.REVOKED
            )
        except NotFound:
            return 0  # its person was faster
        standing.tell_ended(row)
        return 1
