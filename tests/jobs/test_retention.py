"""What is too old goes, in batches, and operators say how old that is."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs import jobs, keeping, runner
from apps.jobs.models import Job, RetentionRule
from tests.conftest import Recorded
from tests.jobs.chores import tasks as chores
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def ended(state: str, days: float) -> int:
    job_id = jobs.enqueue(chores.note, "milk")
    at = timezone.now() - timedelta(days=days)
    Job.objects.filter(pk=job_id).update(state=state, finished_at=at)
    return job_id


def left() -> set[int]:
    return set(Job.objects.values_list("pk", flat=True))


def test_what_is_older_than_its_days_goes_and_dead_letters_stay() -> None:
    young, dead, dropped = ended("done", 13), ended("dead", 900), ended("dropped", 89)
    ended("done", 15)
    ended("cancelled", 91)
    waiting = jobs.enqueue(chores.note, "milk")
    keeping.retain()
    assert left() == {young, dead, dropped, waiting}
    keeping.retain()
    assert left() == {young, dead, dropped, waiting}


def test_it_goes_in_batches(monkeypatch: Any) -> None:
    monkeypatch.setattr(keeping, "BATCH", 3)
    for _ in range(8):
        ended("done", 15)
    keeping.retain()
    assert left() == set()


def test_a_dry_run_says_what_would_go_and_removes_nothing(ada: User) -> None:
    for _ in range(3):
        ended("done", 15)
    found = {each.rule.key: each.rows for each in keeping.dry_run()}
    assert found["jobs.done"] == 3 and found["jobs.given_up"] == 0
    client = signed_in(ada)
    row = RetentionRule.objects.get(rule="jobs.done")
    form = {"action": "dry_run", "_selected_action": [str(row.pk)]}
    said = client.post("/admin/jobs/retentionrule/", form, follow=True)
    assert "Jobs that are done, 14 days: 3 would go." in said.content.decode()
    assert Job.objects.count() == 3


def test_operators_say_how_long_within_bounds(ada: User, recorded: Recorded) -> None:
    client: Client = signed_in(ada)
    row = RetentionRule.objects.get(rule="jobs.done")
    page = f"/admin/jobs/retentionrule/{row.pk}/change/"
    for days in ("1", "0", "-1", "4000", "x", ""):
        assert b"errorlist" in client.post(page, {"days": days, "is_on": "on"}).content
    assert client.post(page, {"days": "30", "is_on": "on"}).status_code == 302
    row.refresh_from_db()
    assert row.days == 30
    (event,) = recorded("jobs.retentionrule.change")
    assert event.actor_id == ada.pk
    kept = ended("done", 20)
    keeping.retain()
    assert left() == {kept}
    client.post(page, {"days": "2"})  # switched off
    keeping.retain()
    assert left() == {kept}


def test_every_rule_has_its_row_and_no_row_is_without_one() -> None:
    RetentionRule.objects.create(rule="gone.long_ago", days=1)
    RetentionRule.objects.filter(rule="jobs.done").update(days=99)
    keeping.enter()
    rows = dict(RetentionRule.objects.values_list("rule", "days"))
    assert rows.keys() == keeping.every().keys() and rows["jobs.done"] == 99


def test_a_row_below_the_least_keeps_to_the_least() -> None:
    RetentionRule.objects.update(days=F("days") * 0)
    kept = ended("done", 1.5)
    keeping.retain()
    assert left() == {kept}


def test_it_is_done_as_a_job_that_says_how_far_it_is() -> None:
    ended("done", 15)
    jobs.enqueue(keeping.retain)
    assert runner.drain("bulk") == 1
    assert Job.objects.get(kind="jobs.retain").state == "done"
    assert Job.objects.count() == 1
