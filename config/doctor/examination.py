"""All that is looked at, in order: what others need comes before them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from config.doctor import machine, outside, servers, settings, work
from config.doctor.findings import Finding, Level, fail, warn


@dataclass(frozen=True)
class Look:
    """`needs` names those without which it can say nothing. `is_outside`: it asks
    somebody over the internet. `is_later`: it is so only once the site runs."""

    name: str
    at: Callable[[], Iterable[Finding]]
    needs: tuple[str, ...] = ()
    is_outside: bool = False
    is_later: bool = False


_STORED = ("database", "migrations")
LOOKS = (
    Look("settings", settings.all_of_them),
    Look("database", servers.database),
    Look("migrations", servers.migrations, ("database",)),
    Look("archive", servers.archive, ("database",)),
    Look("redis", servers.cache),
    Look("broker", servers.broker, ("redis",)),
    Look("keys", settings.keys, _STORED),
    Look("alerts", settings.alerts),
    Look("twilio", outside.twilio_settings),
    Look("twilio", outside.twilio_addresses, ("twilio",), is_outside=True),
    Look("mail", outside.mail_settings),
    Look("mail", outside.mail_server, ("mail",), is_outside=True),
    Look("providers", outside.providers),
    Look("providers", outside.providers_that_refuse, _STORED),
    Look("storage", machine.storage),
    Look("disk", machine.disk),
    Look("clock", servers.clock, ("database",)),
    Look("proxy", outside.proxy_settings),
    Look("site", outside.site, ("proxy",), is_outside=True, is_later=True),
    Look("workers", work.workers, _STORED, is_later=True),
    Look("beat", work.beat, _STORED, is_later=True),
    Look("texts", work.texts, _STORED, is_later=True),
    Look("queues", work.queues, _STORED, is_later=True),
    Look("jobs", work.dead_letters, _STORED),
)


def findings(
    *, offline: bool = False, before_start: bool = False
) -> Iterator[tuple[str, Finding]]:
    """About what, and what. `offline` asks nobody outside; `before_start` leaves out what
    only a site has that runs."""
    failed: set[str] = set()
    for look in LOOKS:
        if (offline and look.is_outside) or (before_start and look.is_later):
            continue
        if missing := failed.intersection(look.needs):
            first = sorted(missing)[0]
            yield look.name, warn("not looked at", f"See to {first} first.")
            continue
        for found in _looked(look):
            if found.level is Level.FAIL:
                failed.add(look.name)
            yield look.name, found


def _looked(look: Look) -> Iterator[Finding]:
    try:
        yield from look.at()
    except Exception as error:  # a doctor who falls ill helps nobody
        yield fail(
            f"it could not be looked at: {type(error).__name__}: {error}",
            "What is wrong above may be why.",
        )
