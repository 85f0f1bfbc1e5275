"""`manage.py verify_audit`: has anybody touched what was recorded?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.rbac import verification


class Command(BaseCommand):
    help = (
        "Compare every audit event with the chain of seals. Exit code 1 names the first "
        "event or seal that does not hold; see docs/audit.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--expect",
            action="append",
            default=[],
            metavar="ROOT",
            help="a root or digest from the log (audit_sealed); may be given again",
        )
        parser.add_argument(
            "--key",
            default="",
            metavar="HEX",
            help="the public key from the log (audit_key_made) instead of the stored one",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = verification.verify(expect=options["expect"], key=options["key"])
        except ValueError as error:
            raise CommandError(f"--key: {error}") from error
        for month, count in report.retired:
            self.stdout.write(f"{month:%Y-%m}: {count:,} events retired, seals kept")
        self.stdout.write(
            f"{report.events:,} events, {report.seals:,} seals,"
            f" {report.waiting:,} waiting for a seal, {report.seconds:.1f} s"
        )
        if report.end:
            self.stdout.write(f"The chain ends at {report.end}")
        if not report.findings:
            self.stdout.write(self.style.SUCCESS("Nothing was touched."))
            return
        for words in report.findings:
            self.stderr.write(words)
        if report.more_findings:
            self.stderr.write(f"and {report.more_findings:,} more")
        raise CommandError(f"It does not hold: {report.findings[0]}", returncode=1)
