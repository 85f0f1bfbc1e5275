"""Operators see what waits, what went wrong and why, and send it back or drop it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.core import heartbeats
from apps.core.kinds import Queue
from apps.jobs import jobs, runner
from apps.jobs.models import Job, MissedRuns
from apps.rbac import ledger, roles
from apps.rbac.catalog import Permission
from tests.conftest import Recorded
from tests.jobs.chores import tasks as chores
from tests.rbac.factories import person
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/jobs/job/"


@pytest.fixture
def as_ada(ada: User) -> Client:
    return signed_in(ada)


def dead(count: int = 1) -> list[Job]:
    for _ in range(count):
        jobs.enqueue(chores.go_wrong, "closed")
    runner.drain("default")
    return list(Job.objects.dead())


def act(client: Client, action: str, chosen: list[Job], **more: str) -> Any:
    return client.post(
        LIST,
        {
            "action": action,
            "_selected_action": [str(job.pk) for job in chosen],
            "confirm": "yes",
            "reason": "The shop is open again",
            **more,
        },
        follow=True,
    )


def test_a_dead_letter_is_named_on_the_front_page_with_its_cause_behind_it(
    as_ada: Client,
) -> None:
    (job,) = dead()
    front = as_ada.get("/admin/").content.decode()
    assert "1 job is dead: requeue or drop." in front
    found = as_ada.get(f"{LIST}?state__exact=dead").content.decode()
    assert f"{LIST}{job.pk}/change/" in found and "chores.go_wrong" in found
    page = as_ada.get(f"{LIST}{job.pk}/change/").content.decode()
    assert "The shop is gone." in page and "for good" in page
    assert "tests/jobs/chores/tasks.py:" in page


def test_it_is_sent_back_singly_or_by_filter(as_ada: Client) -> None:
    first, second, third = dead(3)
    asked = as_ada.post(
        LIST, {"action": "requeue", "_selected_action": [str(first.pk)]}
    )
    assert b"person" not in asked.content.split(b"<form", 1)[1]
    assert b"1 job." in asked.content and b"tried anew" in asked.content
    act(as_ada, "requeue", [first])
    assert [job.pk for job in Job.objects.filter(state="waiting")] == [first.pk]
    answer = as_ada.post(
        f"{LIST}?state__exact=dead",
        {
            "action": "requeue",
            "_selected_action": [str(second.pk)],
            "select_across": "1",
            "confirm": "yes",
            "reason": "The shop is open again",
        },
        follow=True,
    )
    assert b"You requeued 2 jobs." in answer.content
    assert Job.objects.filter(state="waiting").count() == 3
    assert third.pk


@pytest.mark.parametrize(
    ("action", "state"), [("requeue", "waiting"), ("drop", "dropped")]
)
def test_any_number_that_a_filter_finds_is_acted_on_in_a_job_of_its_own(
    as_ada: Client, recorded: Recorded, action: str, state: str
) -> None:
    Job.objects.bulk_create(
        Job(kind=kind, error=error, state="dead", queue="default", arguments=["x"])
        for kind, error, count in (
            ("chores.note", "away", 601),
            ("chores.note", "bug", 2),
            ("chores.quick", "away", 2),
        )
        for _ in range(count)
    )
    found = f"{LIST}?state__exact=dead&kind=chores.note&error=away"
    assert "error=bug" in as_ada.get(LIST).content.decode()
    form = {"action": action, "_selected_action": ["1"], "select_across": "1"}
    asks = as_ada.post(found, form).content.decode()
    assert "601 jobs." in asks and 'name="select_across"' in asks
    assert asks.count('"_selected_action"') == 1
    form["confirm"] = "yes"
    said = as_ada.post(found, {**form, "reason": "Open again"}, follow=True)
    assert "601 are" in said.content.decode()
    # What dies of the same afterwards was not asked about.
    later = Job.objects.create(
        kind="chores.note", error="away", state="dead", queue="default"
    )
    runner.drain("bulk")
    acted = Job.objects.filter(kind="chores.note", error="away", state=state)
    assert acted.count() == 601 and not acted.filter(pk=later.pk)
    assert Job.objects.dead().count() == 5
    (event,) = recorded(f"jobs.job.{'change' if action == 'requeue' else 'delete'}")
    ((_, opened),) = ledger.opened([event])
    assert opened.details["after"]["count"] == 601
    does = Job.objects.get(kind=f"jobs.{action}_found")
    assert event.obj_id == str(does.public_id) and does.state == "done"
    search = f"{LIST}?q=x"
    Job.objects.update(key="", request_id="x")
    said = as_ada.post(search, {**form, "reason": "Open again"}, follow=True)
    assert "filter by state, queue, task or error" in said.content.decode()


def test_each_whose_jobs_they_are_sees_once_how_many(
    ada: User, as_ada: Client, recorded: Recorded
) -> None:
    bob, charlie = person(email="bob@example.com"), person(email="charlie@example.com")
    for whose, kind, count in (
        (bob, "chores.note", 600),
        (bob, "chores.quick", 3),
        (charlie, "chores.note", 1),
        (None, "chores.note", 5),
    ):
        Job.objects.bulk_create(
            Job(kind=kind, asked_by=whose, state="dead", queue="default")
            for _ in range(count)
        )
    form = {"action": "drop", "_selected_action": ["1"], "select_across": "1"}
    form |= {"confirm": "yes", "reason": "Too old by now"}
    as_ada.post(f"{LIST}?state__exact=dead", form)
    does = Job.objects.get(kind="jobs.drop_found")
    runner.drain("bulk")
    assert not Job.objects.dead()
    # A worker that died on the way: another does it again, and nobody is told twice.
    Job.objects.filter(kind="chores.note").update(state="dead")
    Job.objects.filter(pk=does.pk).update(state="waiting")
    runner.drain("bulk")
    assert not Job.objects.dead()
    events = recorded("jobs.job.delete")
    assert [e.subject_id for e in events] == [ada.pk, bob.pk, charlie.pk]
    said = {
        whose: signed_in(whose).get("/app/activity/").content.decode()
        for whose in (bob, charlie)
    }
    assert "dropped 603 pieces of background work of yours, which" in said[bob]
    assert "dropped background work of yours (chores.note), which" in said[charlie]
    assert all("Reason: Too old by now" in page for page in said.values())


def test_it_is_dropped_and_one_that_is_not_dead_says_so(as_ada: Client) -> None:
    (job,) = dead()
    waiting = Job.objects.get(pk=jobs.enqueue(chores.note, "milk"))
    answer = act(as_ada, "drop", [job, waiting]).content.decode()
    assert "You dropped job " in answer and "That job is not dead." in answer
    job.refresh_from_db()
    waiting.refresh_from_db()
    assert (job.state, waiting.state) == ("dropped", "waiting")
    assert (
        f"You cancelled job {waiting.pk}."
        in act(as_ada, "cancel", [waiting]).content.decode()
    )


def test_who_may_only_look_only_looks(ada: User) -> None:
    may = [Permission.CONSOLE_ENTER, Permission.JOB_VIEW]
    roles.create(by=ada, slug="looker", name="Looker", permissions=may)
    client = signed_in(person("looker"))
    (job,) = dead()
    assert b'value="requeue"' not in client.get(LIST).content
    act(client, "requeue", [job])
    job.refresh_from_db()
    assert job.state == "dead"


def test_a_queue_that_is_late_and_runs_that_were_missed_need_attention(
    as_ada: Client,
) -> None:
    jobs.enqueue(chores.quick, "late", at=timezone.now() - timedelta(minutes=3))
    MissedRuns.objects.create(entry="night", count=4, since=timezone.now())
    front = as_ada.get("/admin/").content.decode()
    assert "The queue messages is late: 3 min." in front
    assert "night was missed 4 times, and caught up with once." in front


def test_the_list_costs_the_same_for_one_and_for_many(
    as_ada: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        jobs.enqueue(chores.note, str(number))
    with django_assert_max_num_queries(10):
        assert (
            as_ada.get(f"{LIST}?kind=chores.note&queue__exact=default").status_code
            == 200
        )


def test_a_queue_without_a_worker_needs_attention(as_ada: Client) -> None:
    heartbeats.beat(
        *(heartbeats.worker_of(queue) for queue in Queue if queue != "mail")
    )
    assert "No worker of mail has started." in as_ada.get("/admin/").content.decode()
    heartbeats.beat(heartbeats.worker_of("mail"))
    assert "No worker of" not in as_ada.get("/admin/").content.decode()
