"""Settings: what Django's checks and ours say of them, and what they seal with."""

import logging
from collections.abc import Iterator

from django.conf import settings
from django.core.checks import run_checks

from apps.core import rotation, vault
from apps.core.rotation import Sealed
from config.doctor.findings import Finding, fail, ok, warn


def all_of_them() -> Iterator[Finding]:
    checked = run_checks(include_deployment_checks=not settings.DEBUG)
    found = [each for each in checked if not each.is_silenced()]
    for each in found:
        say = fail if each.is_serious(logging.ERROR) else warn
        yield say(f"{each.msg} ({each.id})", each.hint or "See .env.example.")
    if not found:
        yield ok("nothing is missing, nothing contradicts")


def alerts() -> Iterator[Finding]:
    """Whether those of Prometheus get in."""
    if settings.ALERTMANAGER_TOKEN or settings.DEBUG:
        is_in = "is let in" if settings.ALERTMANAGER_TOKEN else "is not let in"
        yield ok(f"Alertmanager {is_in}")
    else:
        yield warn(
            "ALERTMANAGER_TOKEN is missing: the alerts of Prometheus are refused",
            "Set it, the same for Alertmanager (docker/secrets.sh makes one).",
        )


def keys() -> Iterator[Finding]:
    """Whether what is sealed opens: counted by the names of the keys, and one row of
    each kind is tried."""
    newest, *older = vault.names()
    older_rows = 0
    for sealed in rotation.every():
        under = rotation.count(sealed)
        if lost := under.pop("", 0):
            yield fail(
                f"{lost:,} of {sealed.kind} are sealed by a key that is not there",
                "Put that key at the end of FIELD_ENCRYPTION_KEYS again.",
            )
        for name in under:
            if not _opens(sealed, name):
                yield fail(
                    f"{sealed.kind} does not open by the key {name}",
                    f"{name} of FIELD_ENCRYPTION_KEYS is another key than the one "
                    "that sealed: restore the one that was there.",
                )
        under.pop(newest, 0)
        older_rows += sum(under.values())
    if older_rows:
        yield warn(
            f"{older_rows:,} secrets lie under an older key than {newest}",
            "Run manage.py rotate_keys.",
        )
    more = f", {', '.join(older)} may go" if older and not older_rows else ""
    yield ok(f"{newest} seals{more}")


def _opens(sealed: Sealed, name: str) -> bool:
    row = sealed.rows().filter(**{f"{sealed.field}__startswith": f"{name}."}).first()
    if row is None:
        return True
    try:
        vault.unseal(getattr(row, sealed.field), place=sealed.place(row))
    except vault.Unreadable:
        return False
    return True
