"""Figures: how fast pages of them are read beside the raw GROUP BY, and how fast changes
are added up.

MESSAGES texts of PEOPLE people in a year, each way the half, are written straight into
their tables and summed up there (`FULL=1`: ten million of ten thousand). The usual way is
the same question asked of the texts themselves.
"""

import gc
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.answers import FULL, Place, _said, set_up
from bench.carrier import Carrier
from bench.webhook import installation
from config.embedded.folder import Folder
from config.embedded.postgres import Postgres
from config.embedded.redis import Redis
from config.embedded.stack import running, urls

PEOPLE, MESSAGES = (10_000, 10_000_000) if FULL else (1_000, 400_000)
DELTAS = 100_000
ROUNDS = 20
TARGET_P95, TARGET_DRAIN = 50, 10_000
PEOPLE_OF = f"""
INSERT INTO accounts_user (id, password, public_id, email, email_canonical, name,
    timezone, is_active, created_at)
SELECT n, '', gen_random_uuid(), n || '@bench', n || '@bench', '', 'UTC', true,
    now() - random() * interval '365 days' FROM generate_series(1, {PEOPLE}) n;
INSERT INTO accounts_user_groups (user_id, group_id)
SELECT n, (SELECT group_id FROM rbac_role
           WHERE slug = CASE WHEN n % 10 = 0 THEN 'premium' ELSE 'user' END)
FROM generate_series(1, {PEOPLE}) n;
INSERT INTO sms_lane (id, key, user_id) SELECT n, 'u:' || n, n
FROM generate_series(1, {PEOPLE}) n;
"""
# Triggers would write four million changes a million texts; the sums are made below.
FILL = f"""
ALTER TABLE sms_outboundtext DISABLE TRIGGER USER;
ALTER TABLE sms_charge DISABLE TRIGGER USER;
INSERT INTO sms_outboundtext (ref, lane_id, user_id, kind, number, country, our_number,
    body, sealed, encoding, segments, request_id, created_at, state, next_at, attempts,
    looks, sent_at, delivery, delivered_at, error_code, again)
SELECT gen_random_uuid(), person, person, 'reply', '+1' || (2025000000 + person),
    CASE WHEN person % 5 = 0 THEN 'DE' ELSE 'US' END, '+12025550100', 'OK.', '',
    'GSM-7', 1 + n % 2, '', at, 'sent', at, 1, 0, at + wait,
    CASE WHEN n % 50 = 0 THEN 'undelivered' ELSE 'delivered' END,
    CASE WHEN n % 50 = 0 THEN NULL ELSE at + wait * 4 END,
    CASE WHEN n % 50 = 0 THEN '30003' ELSE '' END, 0
FROM (SELECT n, 1 + floor(random() * {PEOPLE})::int AS person,
             now() - random() * interval '365 days' AS at,
             interval '200 ms' * exp(2 * random()) AS wait
      FROM generate_series(1, {MESSAGES // 2}) n) t;
INSERT INTO sms_charge (cause, what, pot, user_id, area, country, segments, state, micros,
    estimate, at, expires_at, sid, spent_at, looks, note)
SELECT 'in:' || n, 'in', 'answers', 1 + floor(random() * {PEOPLE})::int, '', 'US', 1,
    'settled', 7500, 7500, at + interval '150 ms', at, '', at, 0, ''
FROM (SELECT n, now() - random() * interval '365 days' AS at
      FROM generate_series(1, {MESSAGES // 2}) n) t;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE sms_outboundtext ENABLE TRIGGER USER;
ALTER TABLE sms_charge ENABLE TRIGGER USER;
ANALYZE;
"""
RAW_PERSON = """
SELECT date_trunc('day', created_at), delivery, count(*), sum(segments)
FROM sms_outboundtext WHERE user_id = %s AND created_at >= now() - interval '365 days'
GROUP BY 1, 2
"""
RAW_ALL = """
SELECT date_trunc('day', created_at), country, delivery, count(*), sum(segments)
FROM sms_outboundtext WHERE created_at >= now() - interval '365 days' GROUP BY 1, 2, 3
"""
WAITING = """
INSERT INTO sms_delta (at, user_id, direction, kind, country, status, error_code, texts,
    segments, micros, stage, ms)
SELECT now() - random() * interval '2 days', 1 + floor(random() * %s)::int,
    CASE WHEN n %% 2 = 0 THEN 'in' ELSE 'out' END, 'reply', 'US',
    CASE WHEN n %% 3 = 0 THEN 'sent' ELSE 'delivered' END, '', 1, 1, 8300,
    CASE WHEN n %% 2 = 0 THEN 'reply' ELSE '' END,
    CASE WHEN n %% 2 = 0 THEN (200 * exp(3 * random()))::int END
FROM generate_series(1, %s) n
"""
TIMES = """
SELECT created_at AS at, user_id, country, 'reply' AS stage,
    sms_ms(created_at, sent_at) AS ms, 1 AS times
FROM sms_outboundtext WHERE created_at >= %(since)s AND created_at < %(until)s
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as name:
        folder = Path(name)
        with running(Folder(folder), "run", [Postgres, Redis]) as servers:
            environment = installation(urls(servers), folder)
            (postgres,) = (one for one in servers if one.name == "postgres")
            log = folder / "log"
            place = Place(environment, Carrier(), log, postgres.process.pid)
            set_up(place, PEOPLE_OF + FILL)
            ran = subprocess.run(
                [sys.executable, "-m", "bench.analytics", "inside"],
                # Months are summed up anew here, which is nothing that is done at work.
                env={**os.environ, **environment, "DATABASE_STATEMENT_SECONDS": "3600"},
                stdout=subprocess.PIPE,
                check=True,
            )
    found = json.loads(ran.stdout.splitlines()[-1])
    print(f"\n{MESSAGES:,} texts of {PEOPLE:,} people in a year; ms\n")
    print(f"{'':40}{'p50':>10}{'p95':>10}")
    for what, spent in found["asked"].items():
        print(f"{what:40}{_p(spent, 0.5):10.1f}{_p(spent, 0.95):10.1f}")
    ours = [spent for what, spent in found["asked"].items() if "raw" not in what]
    worst = max(_p(spent, 0.95) for spent in ours)
    _said("the slowest question, p95", worst, TARGET_P95)
    print(f"\nsummed up from the texts in {found['built']:.1f} s", end="; ")
    print(f"counted again, {found['differing']} differ, in {found['checked']:.1f} s")
    print(f"{DELTAS:,} changes added up in {found['drained']:.1f} s")
    _said("changes a second", DELTAS / found["drained"], TARGET_DRAIN, is_least=True)


def inside() -> None:
    """In a process of its own, as it brings its own settings."""
    import django

    django.setup()
    from django.db import connection

    from apps.accounts.models import User
    from apps.analytics import (
        draining,
        figures,
        holders,
        overall,
        periods,
        pumping,
        recounting,
        sla,
    )
    from apps.analytics.filters import EVERYBODY, Filters
    from apps.analytics.recounting import Days
    from apps.analytics.sums import SPEEDS

    of_country, of_role = Filters(country="DE"), Filters(role="premium")
    of_both, of_most = Filters("DE", "premium"), Filters(role="user")
    year, month = periods.named("year"), periods.named("30d")
    # Month by month, as it is done: no statement may take as long as a year's would.
    firsts = [d for d in _each_day(year) if d == year.first or d.day == 1]
    lasts = [d - timedelta(days=1) for d in firsts[1:]] + [year.last]
    months = [Days(*ends) for ends in zip(firsts, lasts, strict=True)]
    found: dict[str, Any] = {}

    def took(act: Callable[[], Any]) -> float:
        began = time.monotonic()
        act()
        return time.monotonic() - began

    def build() -> None:
        while holders.follow():
            pass
        for each_month in months:
            recounting.mend(each_month)
            with connection.cursor() as cursor:
                for each in SPEEDS:
                    summed = each.summed(f"({TIMES}) times")
                    cursor.execute(each.adding(summed), each_month.values)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    found["built"] = took(build)
    people = User.objects.in_bulk(random.sample(range(1, PEOPLE + 1), ROUNDS))
    whom = list(people.values())
    # As the web server does (config/gunicorn.py).
    gc.collect()
    gc.freeze()
    questions: dict[str, Callable[[User], Any]] = {
        "a person, 30 days": lambda user: figures.of_person(month, user),
        "a person, a year": lambda user: figures.of_person(year, user),
        "all, 30 days": lambda _: figures.of_all(month),
        "all, a year": lambda _: figures.of_all(year),
        "all of a country, a year": lambda _: figures.of_all(year, of_country),
        "a tenth by role, 30 days": lambda _: figures.of_all(month, of_role),
        "a country of it, 30 days": lambda _: figures.of_all(month, of_both),
        "nine tenths by role, 30 days": lambda _: figures.of_all(month, of_most),
        "promises, 30 days": lambda _: sla.kept(month),
        "countries, a year": lambda _: overall._countries(_days(year)),
        "who cost most in a month": lambda _: overall._people(month, EVERYBODY),
        "who cost most there": lambda _: overall._people(month, of_country),
        "suspects, 30 days": lambda _: pumping.suspects(month),
    }

    def _days(period: Any) -> Any:
        from apps.analytics.models import DaySum

        return DaySum.objects.filter(day__range=(period.first, period.last))

    def raw(sql: str, *values: Any) -> list[Any]:
        with connection.cursor() as cursor:
            # Our own questions keep to the time that all have.
            cursor.execute(sql, values)
            return cursor.fetchall()

    asked: dict[str, list[float]] = {}
    for what, ask in questions.items():
        asked[what] = [1e3 * took(lambda u=u, ask=ask: ask(u)) for u in whom]
    asked["raw: a person, a year"] = [
        1e3 * took(lambda u=u: raw(RAW_PERSON, u.pk)) for u in whom
    ]
    asked["raw: all, a year"] = [1e3 * took(lambda: raw(RAW_ALL)) for _ in range(3)]
    found["asked"] = asked
    began = time.monotonic()
    found["differing"] = sum(map(recounting.check, months))
    found["checked"] = time.monotonic() - began
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [PEOPLE, DELTAS])
    began, left = time.monotonic(), DELTAS
    while left > 0:
        left -= draining.drain()
    found["drained"] = time.monotonic() - began
    print(json.dumps(found))


def _each_day(period: Any) -> list[date]:
    return [period.first + timedelta(days=n) for n in range(period.days)]


def _p(spent: list[float], share: float) -> float:
    return sorted(spent)[min(len(spent) - 1, int(len(spent) * share))]


if __name__ == "__main__":
    if sys.argv[1:] == ["inside"]:
        inside()
    else:
        main()
