"""When the code's own work runs: moved by operators, never lost by a slip of theirs."""

import inspect
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from apps.accounts.models import User
from apps.core import heartbeats, kinds
from apps.core.kinds import Queue
from apps.core.models import Heartbeat
from apps.jobs import beat, timetable, timetable_forms
from apps.jobs.models import Job
from apps.rbac import ledger
from apps.rbac.catalog import Permission
from apps.rbac.console import panel
from tests.conftest import Recorded
from tests.jobs import workers
from tests.rbac.factories import helper, person
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
ADD = "/admin/django_celery_beat/{}schedule/add/"


@pytest.fixture
def ada() -> User:
    return person("administrator", email="ada@example.com")


@pytest.fixture
def as_ada(ada: User) -> Client:
    User.objects.filter(pk=ada.pk).update(timezone="Europe/Berlin")
    return signed_in(User.objects.get(pk=ada.pk))


def beat_starts() -> None:
    timetable.enter(timetable.of_code())


def test_an_entry_of_the_timetable_is_moved_and_stays_so(
    as_ada: Client, recorded: Recorded
) -> None:
    beat_starts()
    entry = PeriodicTask.objects.get(name="sms-sweep")
    page = f"/admin/django_celery_beat/periodictask/{entry.pk}/change/"
    shown = as_ada.get(page).content.decode()
    adds = re.search(r'href="(/admin/django_celery_beat/intervalschedule/add/)', shown)
    assert adds and "solar" not in shown
    schedule = {"every": 50, "period": "seconds"}
    assert as_ada.post(adds[1], schedule).status_code == 302
    form = as_ada.get(page).context["adminform"].form
    given = {name: form[name].value() for name in form.fields}
    chosen = IntervalSchedule.objects.get(**schedule).pk
    filled = {name: value for name, value in given.items() if value is not None}
    assert as_ada.post(page, {**filled, "interval": chosen}).status_code == 302
    said = recorded("django_celery_beat.periodictask.change")
    assert [e.obj_id for e in said] == [str(chosen), str(entry.pk)]
    beat_starts()
    entry.refresh_from_db()
    assert (str(entry.interval), entry.task) == ("every 50 seconds", "sms.drain")


def test_what_is_switched_off_needs_attention(
    ada: User, as_ada: Client, recorded: Recorded
) -> None:
    heartbeats.beat(*map(heartbeats.worker_of, Queue))
    assert not panel.read(ada).notices
    beat_starts()
    assert not [n for n in panel.read(ada).notices if "switched off" in n.text]
    entry = PeriodicTask.objects.get(name="audit-seal")
    page = f"/admin/django_celery_beat/periodictask/{entry.pk}/change/"
    filled = {"interval": entry.interval_id, "description": "x"}
    # What it is called, does, is given and where it runs is not for the form.
    poison = {
        "name": "x",
        "task": "sms.drain",
        "regtask": "sms.drain",
        "args": "[1]",
        "queue": "nowhere",
        "headers": "{}",
        "start_time_0": "2199-01-01",
        "start_time_1": "00:00",
    }
    assert as_ada.post(page, {**filled, **poison}).status_code == 302
    entry.refresh_from_db()
    assert (entry.name, entry.task) == ("audit-seal", "rbac.seal_audit")
    assert (entry.args, entry.queue, entry.start_time) == ("[]", None, None)
    assert not entry.enabled
    text = "The periodic task audit-seal is switched off."
    assert text in as_ada.get("/admin/").content.decode()
    (event,) = recorded("django_celery_beat.periodictask.change")
    ((_, opened),) = ledger.opened([event])
    before, after = opened.details["before"], opened.details["after"]
    assert (before["enabled"], after["enabled"]) == (True, False)
    assert before["args"] == after["args"] == "[]"
    entry.delete()
    assert text in as_ada.get("/admin/").content.decode()


def test_an_entry_of_ones_own_runs_a_task_that_there_is(as_ada: Client) -> None:
    second = IntervalSchedule.objects.create(every=1, period="seconds")
    often = IntervalSchedule.objects.create(every=1, period="microseconds")
    entry = PeriodicTask.objects.create(name="mine", task="sms.drain", interval=second)
    page = f"/admin/django_celery_beat/periodictask/{entry.pk}/change/"
    form = {"name": "mine", "task": "sms.drain", "interval": second.pk}
    assert as_ada.post(page, {**form, "enabled": "on"}).status_code == 302
    for wrong in ({"task": "os.system"}, {"interval": often.pk}):
        assert b"errorlist" in as_ada.post(page, {**form, **wrong}).content
    entry.refresh_from_db()
    assert (entry.task, entry.interval) == ("sms.drain", second)
    adds = "/admin/django_celery_beat/intervalschedule/add/"
    for wrong in (
        {"every": 5, "period": "microseconds"},
        {"every": 0, "period": "days"},
    ):
        assert b"errorlist" in as_ada.post(adds, wrong).content


def test_schedules_are_added_by_whoever_may_change_the_timetable(ada: User) -> None:
    client = helper(ada, Permission.TIMETABLE_VIEW)
    for name in ("intervalschedule", "crontabschedule"):
        listed = f"/admin/django_celery_beat/{name}/"
        assert client.get(f"{listed}add/").status_code == 403
        assert signed_in(ada).get(f"{listed}add/").status_code == 200
        assert signed_in(ada).get(listed).status_code == 403
    assert "nterval" not in signed_in(ada).get("/admin/").content.decode()


def test_who_may_only_look_at_the_timetable_changes_nothing(ada: User) -> None:
    entry = PeriodicTask.objects.create(
        name="tick", task="x", interval=IntervalSchedule.objects.create(every=9)
    )
    client = helper(ada, Permission.TIMETABLE_VIEW)
    page = "/admin/django_celery_beat/periodictask/"
    assert client.get(page).status_code == 200
    for action in ("disable_tasks", "run_tasks"):
        client.post(page, {"action": action, "_selected_action": entry.pk})
    entry.refresh_from_db()
    assert entry.enabled


def errors(answer: Any) -> str:
    found = re.findall(r'class="errorlist.*?</ul>', answer.content.decode(), re.DOTALL)
    return " ".join(found)


def set_to(client: Client, entry: PeriodicTask, **schedule: Any) -> Any:
    page = f"/admin/django_celery_beat/periodictask/{entry.pk}/change/"
    form = {"name": entry.name, "task": entry.task, "enabled": "on"}
    return client.post(page, form | {name: row.pk for name, row in schedule.items()})


@pytest.mark.parametrize(
    ("every", "period"), [(2**31 - 1, "days"), (367, "days"), (31_622_401, "seconds")]
)
def test_an_interval_is_a_year_at_the_most(
    as_ada: Client, every: int, period: str
) -> None:
    wrong = as_ada.post(
        f"{ADD.format('interval')}?_popup=1", {"every": every, "period": period}
    )
    assert "between one second and 366 days" in errors(wrong)
    assert not IntervalSchedule.objects.filter(every=every).exists()
    # One that is there already is not chosen either.
    entry = PeriodicTask.objects.create(
        name="mine",
        task="sms.drain",
        interval=IntervalSchedule.objects.create(every=9, period="days"),
    )
    huge = IntervalSchedule.objects.create(every=every, period=period)
    assert "366 days" in errors(set_to(as_ada, entry, interval=huge))
    entry.refresh_from_db()
    assert entry.interval.every == 9


@pytest.mark.django_db(transaction=True)
def test_beat_goes_on_without_an_entry_that_it_cannot_work_out(
    ada: User, capsys: pytest.CaptureFixture[str]
) -> None:
    beat_starts()
    huge = IntervalSchedule.objects.create(every=2**31 - 1, period="days")
    odd = CrontabSchedule.objects.create(minute="61")
    for name, broken in (
        ("ages", {"interval": huge}),
        ("odd", {"crontab": odd}),
        ("never", {"crontab": never()}),
    ):
        PeriodicTask.objects.create(name=name, task="sms.drain", **broken)
    later = timezone.now() + timedelta(minutes=1)
    assert "sms-sweep" in beat.look(later).asked
    assert "entry_not_read" in capsys.readouterr().err
    said = " ".join(notice.text for notice in panel.read(ada).notices)
    for name in ("ages", "odd", "never"):
        assert f"The periodic task {name} never runs" in said


def never(**more: Any) -> CrontabSchedule:
    return CrontabSchedule.objects.create(
        minute="0", hour="0", day_of_month="30", month_of_year="2", **more
    )


def test_a_crontab_comes_within_eight_years(as_ada: Client) -> None:
    form = {"minute": "0", "hour": "0", "day_of_week": "*", "timezone": "UTC"}
    for day, comes in (("30", False), ("29", True)):
        given = {**form, "day_of_month": day, "month_of_year": "2"}
        answer = as_ada.post(ADD.format("crontab"), given)
        assert ("never comes" in errors(answer)) is not comes
        found = CrontabSchedule.objects.filter(day_of_month=day)
        assert found.exists() is comes
    entry = PeriodicTask.objects.create(
        name="mine", task="sms.drain", crontab=CrontabSchedule.objects.create()
    )
    assert "never comes" in errors(set_to(as_ada, entry, crontab=never()))


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("fire-reminders", timedelta(minutes=1)),
        ("end-overdue-roles", timedelta(minutes=10)),
        ("audit-seal", timedelta(hours=10)),
    ],
)
def test_the_codes_own_work_is_slowed_so_far_and_no_further(
    as_ada: Client, ada: User, name: str, most: timedelta
) -> None:
    beat_starts()
    entry = PeriodicTask.objects.get(name=name)
    seconds = most // timedelta(seconds=1)
    slow, slower = (
        IntervalSchedule.objects.create(every=every, period="seconds")
        for every in (seconds, seconds + 1)
    )
    said = errors(set_to(as_ada, entry, interval=slower))
    assert f"{name} has to run" in said
    assert not errors(set_to(as_ada, entry, interval=slow))
    entry.refresh_from_db()
    assert entry.interval == slow
    daily = CrontabSchedule.objects.create(minute="0", hour="3")
    assert f"{name} has to run" in errors(set_to(as_ada, entry, crontab=daily))
    # As somebody may have set it before there was a bound.
    PeriodicTask.objects.filter(pk=entry.pk).update(interval=slower)
    text = f"The periodic task {name} is set to run too seldom."
    assert text in [notice.text for notice in panel.read(ada).notices]


def test_what_is_late_while_beat_is_alive_needs_attention(ada: User) -> None:
    beat_starts()
    now = timezone.now()
    text = "The periodic task audit-seal is late"
    entry = PeriodicTask.objects.filter(name="audit-seal")

    def noticed() -> bool:
        return any(notice.text.startswith(text) for notice in panel.read(ada).notices)

    for since, late in ((timedelta(hours=2), False), (timedelta(hours=4), True)):
        entry.update(last_run_at=now - since, date_changed=now - since)
        heartbeats.beat("beat")
        assert noticed() is late
    # Nor is one late that has not begun, or has come to its end.
    for bound in ({"start_time": now + timedelta(days=1)}, {"expires": now}):
        entry.update(**bound)
        assert not noticed()
        entry.update(start_time=None, expires=None)
    assert noticed()
    # One that was moved just now has its time.
    entry.update(date_changed=now)
    assert not noticed()
    entry.update(date_changed=now - timedelta(hours=4))
    hourly = CrontabSchedule.objects.create(minute="0")
    entry.update(interval=None, crontab=hourly)
    assert noticed()
    Heartbeat.objects.all().delete()
    assert not noticed()


ENTRIES = "/admin/django_celery_beat/periodictask/"


def own(**more: Any) -> dict[str, Any]:
    return {"name": "mine", "task": "chores.tick", "enabled": "on"} | more


def on_the_clock(at: datetime, field: str = "once_at") -> dict[str, str]:
    """As somebody in Berlin fills it in."""
    local = at.astimezone(ZoneInfo("Europe/Berlin"))
    return {f"{field}_0": f"{local:%Y-%m-%d}", f"{field}_1": f"{local:%H:%M:%S}"}


def test_an_operator_makes_a_schedule_of_their_own(
    as_ada: Client, recorded: Recorded
) -> None:
    client = as_ada
    page = client.get(f"{ENTRIES}add/").content.decode()
    assert "In your time zone, Europe/Berlin." in page and "Seal the audit" in page
    for words in ("sms.drain", "chores.note", "Set to False", "null"):
        assert words not in page
    at = timezone.now().replace(microsecond=0) + timedelta(hours=3)
    assert client.post(f"{ENTRIES}add/", own(**on_the_clock(at))).status_code == 302
    entry = PeriodicTask.objects.get(name="mine")
    assert (entry.clocked.clocked_time, entry.one_off, entry.args) == (at, True, "[]")
    hourly = CrontabSchedule.objects.create(minute="0")
    change = f"{ENTRIES}{entry.pk}/change/"
    # What runs once comes to run again and again, within bounds, and is deleted.
    starts, ends = at + timedelta(days=1), at + timedelta(days=2)
    bounds = on_the_clock(starts, "start_time") | on_the_clock(ends, "expires")
    assert client.post(change, own(crontab=hourly.pk, **bounds)).status_code == 302
    entry.refresh_from_db()
    assert (entry.clocked, entry.one_off, entry.crontab) == (None, False, hourly)
    assert (entry.start_time, entry.expires) == (starts, ends)
    assert (
        client.post(f"{ENTRIES}{entry.pk}/delete/", {"post": "yes"}).status_code == 302
    )
    for verb in ("add", "change", "delete"):
        (event,) = recorded(f"django_celery_beat.periodictask.{verb}")
        assert event.obj_id == str(entry.pk)


@pytest.mark.parametrize(
    ("field", "days", "words"),
    [
        ("once_at", -1, "That time has passed."),
        ("expires", -1, "That time has passed."),
        ("start_time", -1, "That time has passed."),
        ("once_at", 9_999, "more than ten years ahead"),
        ("expires", 9_999, "more than ten years ahead"),
    ],
)
def test_a_time_that_does_not_come_is_refused_in_words(
    as_ada: Client, field: str, days: int, words: str
) -> None:
    given = own(**on_the_clock(timezone.now() + timedelta(days=days), field))
    if field != "once_at":
        given["interval"] = IntervalSchedule.objects.create(every=9).pk
    assert words in errors(as_ada.post(f"{ENTRIES}add/", given))
    assert not PeriodicTask.objects.exists()


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_time_at_the_end_of_the_calendar_is_a_slip(
    ada: User, zone: str, day: str
) -> None:
    User.objects.filter(pk=ada.pk).update(timezone=zone)
    client = signed_in(User.objects.get(pk=ada.pk))
    given = own(once_at_0=day, once_at_1="23:59:59")
    assert errors(client.post(f"{ENTRIES}add/", given))
    assert client.get(ADD.format("clocked")).status_code == 404


def test_a_schedule_says_one_way_to_run_that_can_come(as_ada: Client) -> None:
    nine = IntervalSchedule.objects.create(every=9).pk
    soon, later = (timezone.now() + timedelta(days=days) for days in (1, 2))
    for given, words in (
        (own(), "Say when it runs"),
        (own(interval=nine, **on_the_clock(soon)), "Say when it runs"),
        (
            own(**on_the_clock(later), **on_the_clock(soon, "expires")),
            "It would never run.",
        ),
        (
            own(**on_the_clock(soon), **on_the_clock(later, "start_time")),
            "It would never run.",
        ),
        (own(interval=nine, name="audit-seal"), "own work is called so"),
        (own(interval=nine, task="chores.note"), "not one of the available choices"),
    ):
        assert words in errors(as_ada.post(f"{ENTRIES}add/", given))
    assert not PeriodicTask.objects.exists()


def test_what_the_code_makes_neither_runs_once_nor_is_deleted(as_ada: Client) -> None:
    beat_starts()
    entry = PeriodicTask.objects.get(name="audit-seal")
    page = f"{ENTRIES}{entry.pk}/change/"
    shown = as_ada.get(page).content.decode()
    for words in ("once_at", "proj.tasks", "Reset to None", "every 3600 seconds</h"):
        assert words not in shown
    soon = timezone.now() + timedelta(hours=1)
    given = {"enabled": "on", **on_the_clock(soon)}
    assert "audit-seal has to run" in errors(as_ada.post(page, given))
    answer = as_ada.post(f"{ENTRIES}{entry.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 403 and PeriodicTask.objects.filter(pk=entry.pk)


def test_who_may_only_change_adds_and_deletes_none(ada: User) -> None:
    client = helper(ada, Permission.TIMETABLE_VIEW, Permission.TIMETABLE_CHANGE)
    entry = PeriodicTask.objects.create(
        name="mine", task="x", interval=IntervalSchedule.objects.create(every=9)
    )
    assert client.get(f"{ENTRIES}add/").status_code == 403
    assert client.get(f"{ENTRIES}{entry.pk}/delete/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_change_of_words_loses_no_run_that_is_due(as_ada: Client) -> None:
    nightly = CrontabSchedule.objects.create(minute="20", hour="3")
    entry = PeriodicTask.objects.create(
        name="mine", task="chores.tick", crontab=nightly
    )
    due = datetime(2026, 11, 25, 3, 20, tzinfo=UTC)
    since = due - timedelta(hours=20)
    PeriodicTask.objects.update(date_changed=since, last_run_at=since)
    page = f"{ENTRIES}{entry.pk}/change/"
    form = own(crontab=nightly.pk, description="Somebody was here")
    assert as_ada.post(page, form).status_code == 302
    entry.refresh_from_db()
    assert entry.description == form["description"]
    assert beat.look(due + timedelta(minutes=10)).asked == ["mine"]
    # Whoever moves it means from now on.
    PeriodicTask.objects.update(date_changed=since, last_run_at=since)
    half_past = CrontabSchedule.objects.create(minute="30", hour="3")
    assert as_ada.post(page, form | {"crontab": half_past.pk}).status_code == 302
    assert beat.look(due + timedelta(minutes=10)).asked == []


def test_a_crontab_that_cannot_be_read_is_refused_once(as_ada: Client) -> None:
    form = {"hour": "0", "day_of_week": "*", "timezone": "UTC", "day_of_month": "*"}
    given = {**form, "minute": "60", "month_of_year": "*"}
    said = errors(as_ada.post(ADD.format("crontab"), given))
    assert "not in 0-59" in said and "never comes" not in said


def test_one_is_one() -> None:
    assert timetable_forms.spoken(timedelta(minutes=1)) == "1 minute"
    assert timetable_forms.spoken(timedelta(hours=10)) == "10 hours"
    assert timetable_forms.spoken(timedelta(seconds=90)) == "90 seconds"


def test_what_can_be_scheduled_needs_no_arguments() -> None:
    found = kinds.schedulable()
    assert "jobs.retain" in found and "accounts.erase" not in found
    for name in found:
        kind = kinds.named(name)
        assert kind and not inspect.signature(kind.function).parameters


@pytest.mark.django_db(transaction=True)
def test_a_real_beat_runs_what_an_operator_asked_for_once(as_ada: Client) -> None:
    second = IntervalSchedule.objects.create(every=1, period="seconds")
    often = own(name="often", interval=second.pk)
    assert as_ada.post(f"{ENTRIES}add/", often).status_code == 302
    at = timezone.now() + timedelta(seconds=2)
    assert as_ada.post(f"{ENTRIES}add/", own(**on_the_clock(at))).status_code == 302
    once = PeriodicTask.objects.get(name="mine")

    def asked(name: str) -> int:
        entry = PeriodicTask.objects.get(name=name)
        return Job.objects.filter(key__startswith=f"entry {entry.pk},").count()

    with workers.running((*workers.CELERY, "beat", "-l", "error", "--pidfile=")):
        workers.wait_until(lambda: asked("mine") == 1)
        before = asked("often")
        workers.wait_until(lambda: asked("often") > before + 1)
    once.refresh_from_db()
    assert asked("mine") == 1 and not once.enabled


def test_a_worker_knows_every_kind_of_job_that_the_code_declares() -> None:
    """One that is declared where a worker does not look is asked for and never done."""
    looked = (
        "import importlib, pkgutil, django; django.setup()\n"
        "import apps; from celery import current_app; from apps.core import kinds\n"
        "known = {*kinds.names(), *current_app.tasks}\n"
        "for module in pkgutil.walk_packages(apps.__path__, 'apps.'):\n"
        "    importlib.import_module(module.name)\n"
        "print(sorted({*kinds.names(), *current_app.tasks} - known))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", looked],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr
