"""`manage.py sms_configure_twilio [--check]`"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.sms import addresses
from apps.sms.addresses import Drift
from apps.sms.gateway import NotDone
from apps.sms.gateways.twilio import GATEWAY


class Command(BaseCommand):
    help = (
        "Tell Twilio to bring texts to PUBLIC_URL: set the addresses of TWILIO_NUMBER, "
        "or of TWILIO_MESSAGING_SERVICE_SID, and read them back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only look; exit 1 if anything differs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SMS_GATEWAY != "twilio":
            # A laptop with the account's secrets must not draw its texts away.
            raise CommandError("SMS_GATEWAY is not twilio, so Twilio is left alone.")
        try:
            self._configure(only_look=options["check"])
        except NotDone as error:
            raise CommandError(str(error)) from error

    def _configure(self, *, only_look: bool) -> None:
        wanted = addresses.expected()
        before = GATEWAY.drift(wanted)
        if before and only_look:
            raise CommandError(_told(before))
        if before:
            self.stdout.write(_told(before))
            GATEWAY.point(wanted)
            if after := GATEWAY.drift(wanted):
                raise CommandError(f"Twilio did not take everything.\n{_told(after)}")
        holder = settings.TWILIO_MESSAGING_SERVICE_SID or settings.TWILIO_NUMBER
        word = "now points" if before else "points"
        self.stdout.write(f"Twilio {word} {holder} at {settings.PUBLIC_URL}.")


def _told(drift: list[Drift]) -> str:
    return "\n".join(map(str, drift))
