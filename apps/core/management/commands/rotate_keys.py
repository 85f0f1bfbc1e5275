"""`manage.py rotate_keys`: seal everything under the newest key, so that others can go."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core import rotation, vault
from apps.core.rotation import Became


class Command(BaseCommand):
    help = (
        "Seal anew, under the first of FIELD_ENCRYPTION_KEYS, what another key has "
        "sealed. Safe to run again and beside the site; see docs/running.md."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        newest, *_older = vault.names()
        left: Counter[str] = Counter()
        unreadable = 0
        for sealed in rotation.every():
            became: Counter[Became] = Counter()
            for id_, what in rotation.rotate(sealed):
                became[what] += 1
                if what is Became.UNREADABLE:
                    self.stderr.write(f"{sealed.kind} {id_} does not open")
            under = rotation.count(sealed)
            did = ", ".join(f"{became[what]:,} {what}" for what in Became)
            self.stdout.write(f"{sealed.kind}: {did}; {_told(under)}")
            left.update(under)
            unreadable += became[Became.UNREADABLE]
        del left[newest]
        if left:
            self.stdout.write(f"Left under another key than {newest}: {_told(left)}")
        else:
            self.stdout.write(
                self.style.SUCCESS(f"Everything is under {newest}; no other is needed.")
            )
        if unreadable:
            raise CommandError(f"{unreadable:,} rows do not open.", returncode=1)


def _told(under: dict[str, int]) -> str:
    """ "k1: 3, k2: 40"."""
    told = (f"{name or 'no key of the ring'}: {n:,}" for name, n in under.items())
    return ", ".join(told) or "no rows"
