from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.core.errors import Invalid
from apps.portal import demo


class Command(BaseCommand):
    help = "Demo people with verified addresses and phones. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "Demo people have a known password: they are only for DEBUG=1."
            )
        try:
            demo.people()
        except Invalid as error:
            raise CommandError(error.sentence) from None
        demo.history()
        names = ", ".join(person.email for person in demo.PEOPLE)
        self.stdout.write(f"Demo people are ready: {names}.")
