"""Operators see work and alerts over the API, and decide about what went wrong."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.jobs import alarms, jobs, runner
from apps.jobs.models import Alert, Job, RuleSetting
from apps.jobs.sightings import Seen
from apps.rbac.catalog import Permission
from tests.conftest import Recorded
from tests.jobs.chores import tasks as chores
from tests.portal.test_people_api import at_once, send
from tests.rbac.factories import person
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
JOBS, ALERTS = "/api/v1/admin/jobs", "/api/v1/admin/alerts"
WHY = {"reason": "The shop is open again"}


@pytest.fixture
def as_ada(ada: User) -> Client:
    return signed_in(ada)


@pytest.fixture
def dead(transactional_db: None) -> Job:
    alice = person(email="alice@example.com")
    jobs.enqueue(chores.go_wrong, "closed", by=alice)
    runner.drain("default")
    return Job.objects.dead().get()


@pytest.fixture
def firing(transactional_db: None) -> Alert:
    alarms.begin(
        Alert.Source.PROMETHEUS,
        [Seen("disk", "Disk full", "critical", "The disk is full.")],
        ends_in=timedelta(hours=1),
    )
    return Alert.objects.get()


def found(client: Client, path: str) -> list[Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    rows: list[Any] = answer.json()["results"]
    return rows


def test_dead_letters_are_found_and_read_with_their_cause(
    as_ada: Client, dead: Job, recorded: Recorded
) -> None:
    for query in (
        "state=dead",
        f"search={dead.public_id}",
        "search=alice@example.com",
        f"kind={dead.kind}&queue=default&error={dead.error}",
    ):
        (row,) = found(as_ada, f"{JOBS}?{query}")
        assert (row["id"], row["state"]) == (str(dead.public_id), "dead")
        assert row["person"]["email"] == "a•••@example.com"
    assert found(as_ada, f"{JOBS}?state=running") == []
    one = as_ada.get(f"{JOBS}/{dead.public_id}").json()
    assert one["arguments"] == ["closed"] and one["troubles"][0]["error"] == dead.error
    assert dead.asked_by_id in {
        each.subject_id for each in recorded(Permission.PERSON_VIEW_PII)
    }


@pytest.mark.parametrize(
    "query", ["state=x", "queue=x", "kind=x", "error=%00", "ordering=x&state=x"]
)
def test_a_filter_that_is_none_is_refused(as_ada: Client, query: str) -> None:
    assert as_ada.get(f"{JOBS}?{query}").status_code == 400


def test_one_is_requeued_cancelled_and_dropped(
    as_ada: Client, dead: Job, recorded: Recorded
) -> None:
    path = f"{JOBS}/{dead.public_id}"

    def act(verb: str) -> tuple[int, str]:
        status = send(as_ada, "post", f"{path}/{verb}", WHY).status_code
        dead.refresh_from_db()
        return status, dead.state

    assert act("requeue") == (204, "waiting")
    assert act("requeue") == (409, "waiting")
    assert act("drop") == (409, "waiting")
    assert act("cancel") == (204, "cancelled")
    assert act("cancel") == (409, "cancelled")
    Job.objects.update(state="dead")
    assert act("drop") == (204, "dropped")
    events = recorded(Permission.JOB_REQUEUE)
    assert [each.outcome for each in events] == ["done", "denied", "denied"]
    assert {each.subject_id for each in events} == {dead.asked_by_id}


def test_of_two_who_requeue_at_once_one_does(ada: User, dead: Job) -> None:
    path = f"{JOBS}/{dead.public_id}/requeue"
    clients = [signed_in(ada) for _ in range(2)]
    acts = [partial(send, client, "post", path, WHY) for client in clients]
    assert at_once(*acts) == [204, 409]


def test_many_are_handed_to_a_job_of_its_own(as_ada: Client, dead: Job) -> None:
    body = {**WHY, "kind": dead.kind}
    key = {"idempotency-key": "many-1"}
    for _ in range(2):
        answer = send(as_ada, "post", f"{JOBS}/drop", body, **key)
        assert (answer.status_code, answer.json()) == (202, {"count": 1})
    runner.drain("bulk")
    dead.refresh_from_db()
    assert dead.state == "dropped"
    assert send(as_ada, "post", f"{JOBS}/requeue", body).status_code == 409
    no_queue = {**WHY, "queue": "slow"}
    for wrong in (WHY, {"kind": dead.kind}, {**WHY, "state": "done"}, no_queue):
        assert send(as_ada, "post", f"{JOBS}/requeue", wrong).status_code == 400


def test_an_alert_is_read_acknowledged_and_closed(
    as_ada: Client, ada: User, firing: Alert, recorded: Recorded
) -> None:
    (row,) = found(as_ada, f"{ALERTS}?state=firing&search=disk&severity=critical")
    path = f"{ALERTS}/{row['id']}"
    assert send(as_ada, "post", f"{path}/acknowledge", WHY).status_code == 204
    assert send(as_ada, "post", f"{path}/acknowledge", WHY).status_code == 409
    shown = as_ada.get(path).json()
    assert shown["state"] == "acknowledged"
    assert shown["acknowledged_by"]["id"] == str(ada.public_id)
    assert send(as_ada, "post", f"{path}/close", WHY).status_code == 204
    assert send(as_ada, "post", f"{path}/close", WHY).status_code == 409
    assert as_ada.get(path).json()["ended"] == "closed"
    assert found(as_ada, f"{ALERTS}?source=product") == []
    events = recorded(Permission.ALERT_ACKNOWLEDGE)
    assert [each.outcome for each in events][:2] == ["done", "denied"]
    assert as_ada.get(f"{ALERTS}/{10**30}").status_code == 404


def test_a_rule_is_changed_as_it_was_read(as_ada: Client, recorded: Recorded) -> None:
    rule = as_ada.get(f"{ALERTS}/rules").json()["results"][0]
    path = f"{ALERTS}/rules/{rule['rule']}"
    tag = as_ada.get(path)["ETag"]
    changed = send(as_ada, "patch", path, {"above": 7}, **{"if-match": tag})
    assert changed.status_code == 200, changed.content
    assert (changed.json()["above"], changed.json()["is_on"]) == (7, True)
    late = send(as_ada, "patch", path, {"is_on": False}, **{"if-match": tag})
    assert late.status_code == 412
    for wrong in ({"above": -1}, {"above": "x"}, {"is_on": "no"}, {"rule": "x"}):
        assert send(as_ada, "patch", path, wrong).status_code == 400
    row = RuleSetting.objects.get(rule=rule["rule"])
    assert (row.above, row.is_on) == (7, True)
    assert len(recorded(Permission.RULE_CHANGE)) == 1
    back = send(as_ada, "patch", path, {"above": None})
    assert back.json()["above"] is None
