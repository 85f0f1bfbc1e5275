"""What operators are answered is what the schema says, of each kind of row there is."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.core import opaque
from apps.jobs import alarms, jobs, runner
from apps.jobs.models import Alert, Job
from apps.jobs.sightings import Seen
from apps.rbac import assignments, seals
from apps.rbac.models import AuditEvent
from apps.sms.models import InboundText, OutboundText, Turn, WebhookCall
from tests.core.test_schema_is_kept import Asked
from tests.jobs.chores import tasks as chores
from tests.mfa.conftest import app_of
from tests.rbac.factories import role, verified
from tests.sign_in import signed_in
from tests.sms.conftest import ALICE, text, work

pytestmark = pytest.mark.django_db(transaction=True)
WHY = {"reason": "She asked for it"}
# Who asks and may, whom it is about, that it is on record, and what is told.
MOST_QUERIES = 15


@pytest.fixture
def ada(transactional_db: None) -> User:
    return verified("ada@example.com", "administrator")


@pytest.fixture
def alice(ada: User) -> User:
    """With something of everything."""
    found = verified("alice@example.com")
    found.phone_numbers.create(e164=ALICE, status="verified", is_primary=True)
    app_of(found)
    assignments.grant(by=ada, user=found, role=role("premium"), reason="Won it")
    text("remind me to call Ana tomorrow at 9")
    work()
    jobs.enqueue(chores.go_wrong, "closed", by=found)
    runner.drain("default")
    alarms.begin(Alert.Source.PROMETHEUS, [Seen("disk", "Disk", "page", "Full.")])
    seals.seal()
    signed_in(found)
    return found


@pytest.fixture
def asked(ada: User, alice: User) -> Asked:
    schema = Client().get("/api/schema/?format=json").json()
    found = Asked(schema, "browser")
    found.client = signed_in(ada)
    return found


def named(row: Model) -> str:
    return opaque.name(type(row), row.pk)


def fill(place: str, alice: User) -> dict[str, Any]:
    """An id of each kind that an address can ask for."""
    event = AuditEvent.objects.filter(subject_id=alice.pk).latest("id")
    numbers = {
        "audit": named(event),
        "alerts": named(Alert.objects.get()),
        "inbound": named(InboundText.objects.get()),
        "outbound": named(OutboundText.objects.get()),
        "turns": named(Turn.objects.get()),
    }
    ids = {
        "users": alice.public_id,
        "calls": WebhookCall.objects.get().pk,
        "jobs": _job(),
    }
    parts = place.split("/")
    kind = next((each for each in reversed(parts) if each in numbers | ids), "")
    return {
        "public_id": ids.get(kind if kind in ids else "users"),
        "id": numbers.get(kind),
        "slug": "premium",
        "rule": "jobs.dead_letters",
        "provider": "google",
        "phone_id": alice.phone_numbers.get().public_id,
        "sid": alice.sign_ins.latest("created_at").pk,
        "browser_id": alice.public_id,
    }


def _job() -> Any:
    return Job.objects.dead().latest("id").public_id


def test_each_row_is_of_its_shape(asked: Asked, alice: User) -> None:
    looked, costs = 0, dict[str, int]()
    for template, operations in asked.schema["paths"].items():
        place = template.removeprefix("/api/v1/")
        if not place.startswith("admin/") or "get" not in operations:
            continue
        if "export" in place or "oauth/connections/" in place:
            continue
        here = place.format(**fill(place, alice))
        query = "?action=jobs.job.view" if here.endswith("/may") else ""
        with CaptureQueriesContext(connection) as queries:
            answer = asked._ask("get", f"/api/v1/{here}{query}", template, None, {})
        costs[place] = len(queries)
        assert answer.status_code == 200, (here, answer.content)
        if rows := answer.json():
            looked += bool(rows["results"] if "results" in rows else rows)
    assert asked.wrong == []
    assert looked >= 30
    assert {each: cost for each, cost in costs.items() if cost > MOST_QUERIES} == {}


def test_each_change_and_refusal_is_of_its_shape(asked: Asked, alice: User) -> None:
    one = f"admin/users/{alice.public_id}"
    template = "admin/users/{public_id}"
    new = {"email": "dora@example.com"}
    for _ in range(2):
        asked.api("post", "admin/users", new)
    asked.api("patch", one, {"name": "Alice B."}, template)
    asked.api("patch", one, {"name": 5}, template)
    for place in ("suspend", "suspend", "restore", "password-letter", "mfa/reset"):
        asked.api("post", f"{one}/{place}", WHY, f"{template}/{place}")
    asked.api("post", f"{one}/suspend", {}, f"{template}/suspend")
    asked.api(
        "patch", f"{one}/preferences", {"theme": "dark"}, f"{template}/preferences"
    )
    given = {"role": "premium", "reason": "Once more"}
    asked.api("post", f"{one}/roles", given, f"{template}/roles")
    gone = "roles/{slug}"
    for _ in range(2):
        asked.api("delete", f"{one}/roles/premium", WHY, f"{template}/{gone}")
    asked.api("delete", f"{one}/sessions", WHY, f"{template}/sessions")
    role_body = {"slug": "desk", "name": "Desk", "permissions": ["jobs.job.view"]}
    for _ in range(2):
        asked.api("post", "admin/roles", role_body)
    asked.api("patch", "admin/roles/desk", {"permissions": []}, "admin/roles/{slug}")
    limits = "admin/roles/{slug}/limits"
    asked.api("patch", "admin/roles/desk/limits", {"texts": 5}, limits)
    asked.api("delete", "admin/roles/desk", WHY, "admin/roles/{slug}")
    asked.api("delete", "admin/roles/desk", WHY, "admin/roles/{slug}")
    job, call = _job(), WebhookCall.objects.get().pk
    asked.api("post", f"admin/jobs/{job}/cancel", WHY, "admin/jobs/{public_id}/cancel")
    many = {**WHY, "kind": "chores.go_wrong"}
    asked.api("post", "admin/jobs/drop", many)
    asked.api("post", "admin/jobs/drop", WHY)
    asked.api(
        "post",
        f"admin/sms/calls/{call}/replay",
        WHY,
        "admin/sms/calls/{public_id}/replay",
    )
    for kind, model in (("inbound", InboundText), ("outbound", OutboundText)):
        pk = named(model.objects.latest("id"))
        where = f"admin/sms/{kind}"
        asked.api("post", f"{where}/{pk}/reveal", WHY, f"{where}/{{id}}/reveal")
    alert = named(Alert.objects.get())
    for verb in ("acknowledge", "acknowledge", "close"):
        asked.api(
            "post", f"admin/alerts/{alert}/{verb}", WHY, f"admin/alerts/{{id}}/{verb}"
        )
    rule = "admin/alerts/rules/{rule}"
    asked.api("patch", "admin/alerts/rules/jobs.dead_letters", {"above": 3}, rule)
    asked.api("delete", one, WHY, template)
    asked.api("delete", one, WHY, template)
    assert not asked.wrong
    assert {status for *_, status in asked.seen} >= {200, 201, 202, 204, 400, 404, 409}
