"""Audit: what an event costs, and how long a million take to seal and to verify.

Insert: one event by itself and fifty by one statement, beside the bare INSERT of the
same bytes without sealing. Verify: `verify_audit`'s own function, and how much memory
it took beyond what was there.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django

from bench.webhook import FULL, installation
from config.embedded import servers

EVENTS = 1_000_000 if FULL else 100_000
BATCH = 100_000
TIMES = 2_000 if FULL else 400
TARGET_SECONDS = 10.0  # for a million
FILL = """
INSERT INTO rbac_auditevent (action, outcome, actor_id, subject_id, obj_type, obj_id,
    reason, request_id, origin, details)
SELECT 'sms.thread.view', 'allowed', n %% 5000 + 1, n %% 5000 + 1, 'sms.phonenumber',
    gen_random_uuid()::text, 'owner', md5(n::text), sha256(n::text::bytea) || sha256('a'),
    sha256(n::text::bytea) || sha256('b') FROM generate_series(1, %s) n
"""
BARE = (
    "INSERT INTO rbac_auditevent (action, outcome, actor_id, subject_id, reason, origin)"
    " VALUES ('sms.thread.view', 'denied', 1, 1, 'not_owner', 'bare')"
)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        with servers(Path(folder), "run") as urls:
            own = {**os.environ, **installation(urls, Path(folder))}
            for command in (
                ["django", "migrate", "-v0"],
                [__name__, "write"],
                [__name__, "verify"],
            ):
                subprocess.run([sys.executable, "-m", *command], env=own, check=True)


# Each part is a process of its own, with Django set up (see the end of the page).


def write() -> None:
    from django.db import connection

    from apps.rbac import audit, seals

    def decide(many: int) -> None:
        with audit.collecting():
            for _ in range(many):
                audit.decided(
                    "sms.thread.view", allowed=False, actor=1, reason="not_owner"
                )

    def change() -> None:
        audit.done("sms.number.change", actor=1, before={"n": 1}, after={"n": 2})

    print(f"\nAudit, durable commits; medians of {TIMES:,}, in milliseconds\n")
    with connection.cursor() as cursor:
        for words, work in (
            ("bare INSERT of one row", lambda: cursor.execute(BARE)),
            ("one denial, written after the page", lambda: decide(1)),
            ("one change with before and after", change),
            ("fifty decisions of one request", lambda: decide(50)),
        ):
            print(f"{words:36}{_middle(work):8.2f}")
        for _ in range(EVENTS // BATCH):
            cursor.execute(FILL, [BATCH])
        # As autovacuum does sooner or later, so that no round pays for hint bits.
        cursor.execute("VACUUM ANALYZE rbac_auditevent")
    started = time.monotonic()
    made = seals.seal()
    total, seconds = sum(each.count for each in made), time.monotonic() - started
    print(f"\n{total:,} events under {len(made)} seals in {seconds:.1f} s")


def verify() -> None:
    from apps.rbac import verification

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = verification.verify()
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    if report.findings or report.waiting or report.events < EVENTS:
        raise SystemExit(f"verify: {report}")
    words = f"{report.events:,} events verified in {report.seconds:.1f} s"
    print(f"{words}, with {more:.0f} MB of memory")
    a_million = report.seconds / report.events * 1_000_000
    met = "yes" if a_million <= TARGET_SECONDS else "NO"
    print(f"a million in at most {TARGET_SECONDS:.0f} s: {a_million:.1f} s  {met}")


def _middle(work: Callable[[], object]) -> float:
    """Milliseconds."""
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1_000


if __name__ == "__main__":
    django.setup()
    {"write": write, "verify": verify}[sys.argv[1]]()
