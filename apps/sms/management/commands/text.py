"""`manage.py text +12025550101 "remind me to call Ana tomorrow at 9"`"""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.errors import AppError, OutsideFailure
from apps.sms import dialing, simulator
from apps.sms.models import SimulatedText


class Command(BaseCommand):
    help = (
        "Play a phone: send a text through the real signed webhook and print the "
        "replies. Needs the site running (make run) and SMS_GATEWAY=simulator."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sender", metavar="FROM", help="like +12025550101")
        parser.add_argument("words", nargs="?", help="what to text")
        parser.add_argument(
            "--interactive", action="store_true", help="chat until an empty line"
        )
        parser.add_argument(
            "--wait", type=float, default=8.0, help="seconds to wait for a reply"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sender = self._number(options["sender"])
        if options["words"] is None and not options["interactive"]:
            raise CommandError('Say what to text: manage.py text FROM "words"')
        if options["words"] is not None:
            self._exchange(sender, options["words"], options["wait"])
        while options["interactive"] and (words := self._ask()):
            self._exchange(sender, words, options["wait"])

    def _number(self, text: str) -> str:
        try:
            # Five or six digits are a short code, which may text too.
            is_short = text.isdigit() and len(text) in (5, 6)
            return text if is_short else dialing.normalise(text)
        except AppError as error:
            raise CommandError(error.sentence) from error

    def _ask(self) -> str:
        try:
            return input("> ")
        except EOFError:
            return ""

    def _exchange(self, sender: str, words: str, wait: float) -> None:
        seen = self._newest(sender)
        try:
            answered = simulator.text(number=sender, body=words)
        except OutsideFailure as error:
            raise CommandError(f"{error.sentence} Is the site running?") from error
        except AppError as error:
            raise CommandError(error.sentence) from error
        if answered.status != 200:
            raise CommandError(f"The webhook answered {answered.status}.")
        replies = self._wait_for(sender, seen, wait)
        if not replies:
            self.stdout.write("(no reply)")
        for reply in replies:
            self.stdout.write(f"{reply.body}\n")

    def _newest(self, sender: str) -> int:
        found = SimulatedText.objects.filter(number=sender).order_by("-id").first()
        return found.pk if found else 0

    def _wait_for(
        self, sender: str, seen: int, wait: float
    ) -> list[simulator.Received]:
        until = time.monotonic() + wait
        while time.monotonic() < until:
            if replies := simulator.inbox(sender, after=seen):
                return replies
            time.sleep(0.05)
        return []
