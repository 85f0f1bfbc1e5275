"""The OpenAPI schema as JSON, for whoever makes a client from it."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Writes the OpenAPI schema as JSON, to a file or to the terminal."
    # It is made of code alone: no server has to be up.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="where to write it")

    def handle(self, *args: Any, **options: Any) -> None:
        file = options["file"]
        try:
            call_command(
                "spectacular", format="openapi-json", file=file, stdout=self.stdout
            )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
