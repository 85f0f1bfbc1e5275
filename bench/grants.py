"""Object grants: a check and a page of 50, beside the bare limit and the usual way.

The same grants stand in our tables (a foreign key to the shared thing) and in guardian's
generic ones. The limit is one prepared statement with every id known; the usual way is
`user.has_perm(perm, obj)` and `get_objects_for_user(user, perm, Model)`. A cold person
was just loaded, a warm one was asked about before. Rounds interleave, and all variants
must give the same answers.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
import psycopg

from bench.webhook import FULL, installation
from config.embedded import servers

GRANTS = 1_000_000 if FULL else 100_000
EACH = 100  # grants a person
PEOPLE = GRANTS // EACH
THINGS = GRANTS // 10
TO_ALL = 20  # things shared with everybody, through a role
ROUNDS = 6 if FULL else 4
CHECKS = 200  # a round
PAGES = 20
PAGE = 50
TARGETS = {"check": 2.0, "page": 10.0}  # times faster than guardian

# Owners stand apart, as guardian knows of none. The premium role has a share in every
# thing, and nobody who is measured holds it.
BUILD = """
INSERT INTO accounts_user (id, password, public_id, email, email_canonical, name,
    timezone, is_active, created_at)
SELECT n, '', gen_random_uuid(), n || '@bench', n || '@bench', '', 'UTC', true, now()
FROM generate_series(1, {people} * 2) n;
INSERT INTO accounts_user_groups (user_id, group_id)
SELECT n, (SELECT group_id FROM rbac_role WHERE slug = 'user')
FROM generate_series(1, {people} * 2) n;
INSERT INTO things_thing (id, user_id, name)
SELECT n, {people} + 1 + n % {people}, 'thing' FROM generate_series(1, {things}) n;
INSERT INTO guarded_note (id, user_id, name) SELECT id, user_id, name FROM things_thing;

CREATE TEMP VIEW grants AS
SELECT (n - 1) / {each} + 1 AS user_id, n * 7919 % {things} + 1 AS pk
FROM generate_series(1, {grants}::bigint) n;
CREATE TEMP VIEW to_roles AS
SELECT role.group_id, n AS pk FROM rbac_role role, generate_series(1, {things}) n
WHERE role.slug = 'premium' OR role.slug = 'user' AND n <= {to_all};
CREATE TEMP VIEW view AS
SELECT id, content_type_id, codename FROM auth_permission
WHERE codename IN ('view_thing', 'view_note');

INSERT INTO things_thingusershare (user_id, content_object_id, permission_id)
SELECT user_id, pk, view.id FROM grants, view WHERE codename = 'view_thing';
INSERT INTO things_thinggroupshare (group_id, content_object_id, permission_id)
SELECT group_id, pk, view.id FROM to_roles, view WHERE codename = 'view_thing';
INSERT INTO guardian_userobjectpermission
    (user_id, object_pk, permission_id, content_type_id)
SELECT user_id, pk::text, view.id, content_type_id FROM grants, view
WHERE codename = 'view_note';
INSERT INTO guardian_groupobjectpermission
    (group_id, object_pk, permission_id, content_type_id)
SELECT group_id, pk::text, view.id, content_type_id FROM to_roles, view
WHERE codename = 'view_note';
"""
# The limit. All three ways to yes: one's own, a share, a role; ids instead of names.
ROLES = "SELECT group_id FROM accounts_user_groups WHERE user_id = %(user)s"
CHECK = f"""
SELECT EXISTS (
    SELECT FROM things_thing WHERE id = %(thing)s AND user_id = %(user)s
) OR EXISTS (
    SELECT FROM things_thingusershare WHERE user_id = %(user)s
    AND permission_id = %(permission)s AND content_object_id = %(thing)s
) OR EXISTS (
    SELECT FROM things_thinggroupshare WHERE group_id IN ({ROLES})
    AND permission_id = %(permission)s AND content_object_id = %(thing)s
) OR EXISTS (
    SELECT FROM auth_group_permissions WHERE group_id IN ({ROLES})
    AND permission_id = %(permission)s
)"""
LIST = f"""
SELECT id, user_id, name FROM things_thing WHERE id IN (
    SELECT id FROM things_thing WHERE user_id = %(user)s
    UNION ALL
    SELECT content_object_id FROM things_thingusershare
    WHERE user_id = %(user)s AND permission_id = %(permission)s
    UNION ALL
    SELECT content_object_id FROM things_thinggroupshare
    WHERE group_id IN ({ROLES}) AND permission_id = %(permission)s
) ORDER BY id LIMIT {PAGE}"""

Ask = Callable[[int, int], object]  # of a person and a thing, by id


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        with servers(Path(folder), "run") as urls:
            own = {**os.environ, **installation(urls, Path(folder))}
            own["DJANGO_SETTINGS_MODULE"] = "bench.guarded.settings"
            for command in (
                ["django", "migrate", "-v0"],
                # The usual app has no migrations, and its table refers to migrated ones.
                ["django", "migrate", "-v0", "--run-syncdb"],
                ["bench.grants", "compare"],
            ):
                subprocess.run([sys.executable, "-m", *command], env=own, check=True)


# A process of its own, with Django set up (see the end of the page).


def compare() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as bare:
        _build(bare)
        checks, pages = _variants(bare)
        print(
            f"\nObject grants: {GRANTS:,} to people, {THINGS:,} things; milliseconds,"
        )
        print(f"medians of {ROUNDS} rounds (spread of the rounds' medians)\n")
        asked = [_question() for _ in range(200)]
        _same_answers("check", checks, asked)
        _same_answers("page", pages, asked[::4])
        for kind, variants, times in (
            ("check", checks, CHECKS),
            ("page", pages, PAGES),
        ):
            _report(kind, variants, _measure(variants, times))


def _build(bare: "psycopg.Connection[Any]") -> None:
    rows = {"people": PEOPLE, "things": THINGS, "grants": GRANTS, "each": EACH}
    bare.execute(BUILD.format(to_all=TO_ALL, **rows).encode())
    # As autovacuum does sooner or later, so that no round pays for hint bits.
    bare.execute("VACUUM ANALYZE")


def _variants(
    bare: "psycopg.Connection[Any]",
) -> tuple[dict[str, Ask], dict[str, Ask]]:
    from django.contrib.auth.models import Permission
    from guardian.shortcuts import get_objects_for_user

    from apps.accounts.models import User
    from apps.rbac import policy
    from bench.guarded.models import Note
    from tests.rbac.things.models import Thing
    from tests.rbac.things.resources import VIEW

    permission = Permission.objects.get(codename="view_thing").pk
    # Loading the person and the thing is no part of a check: all variants have them.
    people = User.objects.in_bulk()
    things, notes = Thing.objects.in_bulk(), Note.objects.in_bulk()

    def values(user: int, thing: int = 0) -> dict[str, int]:
        return {"user": user, "thing": thing, "permission": permission}

    def limit_check(user: int, thing: int) -> bool:
        row = bare.execute(CHECK, values(user, thing), prepare=True).fetchone()
        return bool(row and row[0])

    def limit_page(user: int, _: int) -> list[int]:
        rows = bare.execute(LIST.encode(), values(user), prepare=True).fetchall()
        return [row[0] for row in rows]

    def cold(user: int) -> User:
        policy.forget(people[user])
        return people[user]

    def page(user: User) -> list[int]:
        found = policy.scope(user, VIEW, Thing.objects.order_by("pk"))[:PAGE]
        return [thing.pk for thing in found]

    def usual_page(user: int, _: int) -> list[int]:
        found = get_objects_for_user(cold(user), "guarded.view_note", Note)
        return [note.pk for note in found.order_by("pk")[:PAGE]]

    ours, usual = "Switchboard, {}".format, "guardian"
    checks: dict[str, Ask] = {
        "limit": limit_check,
        ours("cold"): lambda u, t: bool(policy.can(cold(u), VIEW, things[t])),
        ours("warm"): lambda u, t: bool(policy.can(people[u], VIEW, things[t])),
        usual: lambda u, t: cold(u).has_perm("guarded.view_note", notes[t]),
    }
    pages: dict[str, Ask] = {
        "limit": limit_page,
        ours("cold"): lambda u, _: page(cold(u)),
        ours("warm"): lambda u, _: page(people[u]),
        usual: usual_page,
    }
    return checks, pages


def _question() -> tuple[int, int]:
    """A person and a thing: every other is shared with the person."""
    user = random.randint(1, PEOPLE)
    if random.random() < 0.5:
        return user, random.randint(1, THINGS)
    grant = random.randint((user - 1) * EACH + 1, user * EACH)
    return user, grant * 7919 % THINGS + 1


def _same_answers(
    kind: str, variants: dict[str, Ask], asked: list[tuple[int, int]]
) -> None:
    for question in asked:
        answers = {name: ask(*question) for name, ask in variants.items()}
        if len({str(answer) for answer in answers.values()}) != 1:
            raise SystemExit(f"{kind} {question}: {answers}")


def _measure(variants: dict[str, Ask], times: int) -> dict[str, list[float]]:
    """The median of each round, in milliseconds."""
    found: dict[str, list[float]] = {name: [] for name in variants}
    for round_ in range(-1, ROUNDS):
        asked = [_question() for _ in range(times)]
        for name, ask in variants.items():
            taken = []
            for question in asked:
                if name.endswith("warm"):
                    variants["Switchboard, cold"](*question)
                started = time.perf_counter()
                ask(*question)
                taken.append(time.perf_counter() - started)
            if round_ >= 0:  # the first is to warm up
                found[name].append(statistics.median(taken) * 1_000)
    return found


def _report(
    kind: str, variants: dict[str, Ask], figures: dict[str, list[float]]
) -> None:
    limit, usual = (statistics.median(figures[name]) for name in ("limit", "guardian"))
    title = f"{kind} of {PAGE}" if kind == "page" else kind
    print(f"{title:20}{'ms':>22}{'queries':>9}{'x limit':>9}{'guardian is':>14}")
    for name, own in figures.items():
        middle = statistics.median(own)
        spread = f"{middle:.2f} ({min(own):.2f}-{max(own):.2f})"
        print(
            f"{name:20}{spread:>22}{_queries(name, variants):>9}"
            f"{middle / limit:>9.1f}{usual / middle:>12.1f} x"
        )
    for name in ("Switchboard, cold", "Switchboard, warm"):
        reached, target = usual / statistics.median(figures[name]), TARGETS[kind]
        met = "yes" if reached >= target else "NO"
        words = f"times guardian's {kind}, {name.rpartition(' ')[2]}"
        print(f"{words:32}>= {target:<5}  {reached:6.1f}  {met}")
    print()


def _queries(name: str, variants: dict[str, Ask]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    if name == "limit":
        return 1
    user, thing = EACH, THINGS  # any will do
    variants["Switchboard, cold"](user, thing)
    with CaptureQueriesContext(connection) as caught:
        variants[name](user, thing)
    return len(caught)


if __name__ == "__main__":
    if sys.argv[1:] == ["compare"]:
        django.setup()
        compare()
    else:
        main()
