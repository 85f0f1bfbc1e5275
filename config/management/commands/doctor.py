"""`manage.py doctor [--json] [--offline] [--before-start]`"""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.doctor import examination
from config.doctor.findings import Finding, Level

_STYLES = {Level.OK: "SUCCESS", Level.WARN: "WARNING", Level.FAIL: "ERROR"}


class Command(BaseCommand):
    help = (
        "Look at settings, servers, keys, carrier, mail, providers, disks, clocks and "
        "workers, and say what to do. Exit code 1 where something does not work."
    )
    # It says itself what they say.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument(
            "--offline",
            action="store_true",
            help="ask neither Twilio, nor the mail server, nor PUBLIC_URL",
        )
        parser.add_argument(
            "--before-start",
            action="store_true",
            help="the site does not run yet: no workers, no beat, no answer",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        told = []
        for name, found in examination.findings(
            offline=options["offline"], before_start=options["before_start"]
        ):
            told.append((name, found))
            if not options["json"]:
                self._say(name, found)
        is_well = all(found.level is not Level.FAIL for _, found in told)
        if options["json"]:
            lines = [
                {
                    "about": name,
                    "level": found.level,
                    "words": found.words,
                    "remedy": found.remedy,
                }
                for name, found in told
            ]
            self.stdout.write(json.dumps({"is_well": is_well, "findings": lines}))
        if not is_well:
            sys.exit(1)

    def _say(self, name: str, found: Finding) -> None:
        style = getattr(self.style, _STYLES[found.level])
        remedy = f". {found.remedy}" if found.remedy else ""
        self.stdout.write(
            f"{style(f'{found.level:<4}')}  {name:<10}  {found.words}{remedy}"
        )
