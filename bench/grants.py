"""One check and one page among many object grants: ours beside the bare limit and
guardian's own way.

The limit is one prepared statement on the table of shares. The usual way is guardian's
generic table as its manual shows it: `has_perm(permission, object)`, and
`get_objects_for_user` given the class. Each table holds the same grants, rounds
interleave, and all variants must give the same answers.
"""

import os
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

GRANTS = 1_000_000 if FULL else 100_000
PEOPLE, ROUNDS = 1_000, 4
CHECKS, PAGES = (300, 30) if FULL else (150, 15)
PAGE = 50
# Everything belongs to the first person; the others have each GRANTS / PEOPLE shares.
BUILD = (
    """INSERT INTO accounts_user (id, password, public_id, email, email_canonical, name,
        timezone, is_active, created_at)
    SELECT n, '', gen_random_uuid(), n || '@bench', n || '@bench', '', 'UTC', true, now()
    FROM generate_series(1, {people}) n""",
    """INSERT INTO accounts_user_groups (user_id, group_id)
    SELECT n, (SELECT group_id FROM rbac_role WHERE slug = 'user')
    FROM generate_series(1, {people}) n""",
    """INSERT INTO things_thing (id, user_id, name)
    SELECT n, 1, 'thing' FROM generate_series(1, {grants}) n""",
    """INSERT INTO things_thingusershare (user_id, permission_id, content_object_id)
    SELECT 2 + n %% ({people} - 1), {view_thing}, n FROM generate_series(1, {grants}) n""",
    """INSERT INTO assistant_reminder (id, public_id, user_id, text, due_at, zone, state,
        snoozes, note, created_at, updated_at)
    SELECT n, gen_random_uuid(), 1, 'thing', now(), 'UTC', 'active', 0, '', now(), now()
    FROM generate_series(1, {grants}) n""",
    """INSERT INTO guardian_userobjectpermission
        (user_id, permission_id, content_type_id, object_pk)
    SELECT 2 + n %% ({people} - 1), {view_reminder}, {reminder}, n::text
    FROM generate_series(1, {grants}) n""",
    "ANALYZE",
)
Call = Callable[[int], object]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        with servers(Path(folder), "run") as urls:
            own = {**os.environ, **installation(urls, Path(folder))}
            # The settings of the tests have a shareable model.
            own["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
            for command in (["django", "migrate", "-v0"], [__name__, "measure"]):
                subprocess.run([sys.executable, "-m", *command], env=own, check=True)


def measure() -> None:
    """A process of its own, with Django set up."""
    _build()
    checks, pages = _variants()
    for number in range(3):
        answers = {name: bool(call(number)) for name, call in checks.items()}
        assert len(set(answers.values())) == 1, answers
    shown = {name: call(0) for name, call in pages.items()}
    assert len(set(map(str, shown.values()))) == 1, shown
    print(f"\nObject grants: {GRANTS:,} among {PEOPLE:,} people; medians of {ROUNDS}")
    _report("one check", checks, CHECKS, 2.0)
    _report(f"page of {PAGE}", pages, PAGES, 10.0)


def _build() -> None:
    from django.contrib.auth.models import Permission
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection

    from apps.assistant.models import Reminder
    from tests.rbac.things.models import Thing

    kinds = ContentType.objects.get_for_models(Reminder, Thing)
    rows = {
        model: Permission.objects.get(
            content_type=kinds[model], codename=f"view_{model._meta.model_name}"
        )
        for model in kinds
    }
    with connection.cursor() as cursor:
        for statement in BUILD:
            cursor.execute(
                statement.format(
                    people=PEOPLE,
                    grants=GRANTS,
                    view_thing=rows[Thing].pk,
                    view_reminder=rows[Reminder].pk,
                    reminder=kinds[Reminder].pk,
                ).replace("%%", "%")
            )


def _variants() -> tuple[dict[str, Call], dict[str, Call]]:
    from django.db import connection
    from guardian.shortcuts import get_objects_for_user

    from apps.accounts.models import User
    from apps.assistant.models import Reminder
    from apps.rbac import policy
    from tests.rbac.things.models import Thing, ThingUserShare
    from tests.rbac.things.resources import VIEW

    person = User.objects.get(pk=7)
    row = ThingUserShare.objects.filter(user=person).order_by("pk")
    view = row.values_list("permission_id", flat=True)[0]
    # One that is shared with the person, one that is not, and so on.
    keys = [
        key
        for k in row.values_list("content_object", flat=True)[:50]
        for key in (k, k + 1)
    ]
    things = Thing.objects.in_bulk(keys)
    reminders = Reminder.objects.in_bulk(keys)
    connection.ensure_connection()
    bare = connection.connection

    def limit(number: int) -> object:
        found = bare.execute(
            "SELECT EXISTS (SELECT FROM things_thingusershare WHERE user_id = %s"
            " AND permission_id = %s AND content_object_id = %s)",
            (person.pk, view, keys[number % len(keys)]),
            prepare=True,
        )
        return found.fetchone()[0]

    def cold(number: int) -> object:
        policy.forget(person)
        return warm(number)

    def warm(number: int) -> object:
        return policy.can(person, VIEW, things[keys[number % len(keys)]])

    def guardian(number: int) -> object:
        own = reminders[keys[number % len(keys)]]
        return person.has_perm("assistant.view_reminder", own)

    def limit_page(number: int) -> object:
        found = bare.execute(
            "SELECT thing.id FROM things_thing thing WHERE thing.id IN (SELECT"
            " content_object_id FROM things_thingusershare WHERE user_id = %s AND"
            " permission_id = %s) ORDER BY thing.id LIMIT 50",
            (person.pk, view),
            prepare=True,
        )
        return [row[0] for row in found.fetchall()]

    def page(number: int) -> object:
        policy.forget(person)
        found = policy.scope(person, VIEW, Thing.objects.order_by("pk"))
        return [thing.pk for thing in found[:PAGE]]

    def guardian_page(number: int) -> object:
        found = get_objects_for_user(person, "assistant.view_reminder", Reminder)
        return [reminder.pk for reminder in found.order_by("pk")[:PAGE]]

    checks = {"limit": limit, "cold": cold, "warm": warm, "guardian": guardian}
    return checks, {"limit": limit_page, "cold": page, "guardian": guardian_page}


def _report(title: str, variants: dict[str, Call], times: int, target: float) -> None:
    names = {
        "limit": "bare statement (limit)",
        "cold": "Switchboard",
        "warm": "Switchboard, roles known",
        "guardian": "guardian, generic",
    }
    figures: dict[str, list[float]] = {name: [] for name in variants}
    for round_ in range(-1, ROUNDS):
        for name, call in variants.items():
            started = time.perf_counter()
            for number in range(times):
                call(number)
            if round_ >= 0:
                spent = (time.perf_counter() - started) / times * 1e6
                figures[name].append(spent)
    print(f"\n{title:26}{'us':>26}{'queries':>10}")
    for name, own in figures.items():
        spread = f"{statistics.median(own):,.0f} ({min(own):,.0f}-{max(own):,.0f})"
        print(f"{names[name]:26}{spread:>26}{_queries(variants[name]):>10}")
    ratio = statistics.median(figures["guardian"]) / statistics.median(figures["cold"])
    met = "yes" if ratio >= target else "NO"
    print(f"times faster than guardian   >= {target:<5} {ratio:6.1f}  {met}")


def _queries(call: Call) -> str:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        call(1)
    # The limit goes past Django, which would count it.
    return str(len(found) or 1)


if __name__ == "__main__":
    django.setup()
    {"measure": measure}[sys.argv[1]]()
