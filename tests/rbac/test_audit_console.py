"""Operators find events, open one, take them away; each of it is an event itself."""

import csv
import io
import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.rbac import audit, person_keys, roles
from apps.rbac.catalog import Permission
from apps.rbac.console import panel
from apps.rbac.models import AuditEvent, AuditSeal
from tests.factories import UserFactory
from tests.rbac import chain
from tests.rbac.factories import person
from tests.sign_in import signed_in

pytestmark = pytest.mark.usefixtures("clean")
LIST = "/admin/rbac/auditevent/"
SEALS = "/admin/rbac/auditseal/"
ENTER = Permission.CONSOLE_ENTER


@pytest.fixture
def ada(clean: None) -> User:
    return person("administrator", email="ada@example.com")


@pytest.fixture
def bob(clean: None) -> User:
    return UserFactory.create(email="bob@example.com")


@pytest.fixture
def recorded(ada: User, alice: User, bob: User) -> None:
    audit.decided("sms.thread.view", allowed=False, actor=bob, subject=alice)
    audit.decided("sms.thread.view", allowed=True, actor=ada, subject=alice, obj=alice)
    audit.done("sms.threads.clear", actor=alice, words="It was too long for me")
    audit.decided("sms.number.add", allowed=True, actor=bob)


def helper(ada: User, *permissions: Permission) -> Client:
    roles.create(by=ada, slug="helper", name="Helper", permissions=permissions)
    return signed_in(person("helper"))


def shown(client: Client, **asked: Any) -> list[str]:
    answer = client.get(LIST, {"action": "sms", **asked})
    assert answer.status_code == 200
    return [event.action for event in answer.context["cl"].result_list]


def day_of_the_last(reader: User) -> date:
    """The day of the newest event, on the reader's own calendar."""
    return AuditEvent.objects.latest("at").at.astimezone(reader.zone).date()


def test_the_newest_stand_first_and_filters_narrow(
    recorded: None, ada: User, alice: User, bob: User
) -> None:
    client = signed_in(ada)
    everything = ["sms.number.add", "sms.threads.clear"] + ["sms.thread.view"] * 2
    assert shown(client) == everything
    assert shown(client, action="sms.thread") == ["sms.thread.view"] * 2
    assert shown(client, outcome="denied") == ["sms.thread.view"]
    # A person by address in any case, by public id, by number.
    for name in ("BOB@example.com", str(bob.public_id), str(bob.pk)):
        assert shown(client, actor=name) == ["sms.number.add", "sms.thread.view"]
    assert shown(client, subject="alice@example.com") == everything[1:]
    assert shown(client, q=str(alice.public_id)) == ["sms.thread.view"]
    assert shown(client, actor=bob.pk, outcome="allowed") == ["sms.number.add"]


def test_what_is_no_filter_finds_nothing_and_says_so(recorded: None, ada: User) -> None:
    client = signed_in(ada)
    for asked in (
        {"actor": "nobody@example.com"},
        {"actor": "no-such-id"},
        {"subject": "9" * 19},
        {"since": "yesterday"},
        {"outcome": "maybe"},
    ):
        assert shown(client, **asked) == []
        page = client.get(LIST, asked).content.decode()
        assert "errorlist" in page and "No event fits." in page
    # What the form does not know is no lookup into other tables.
    assert len(shown(client, actor_id__gt="0", o="1", before="x")) == 4


def test_days_are_those_of_the_operator(recorded: None, ada: User) -> None:
    client = signed_in(ada)
    today = day_of_the_last(ada)
    assert len(shown(client, since=today, until=today)) == 4
    assert shown(client, since=today + timedelta(days=1)) == []
    assert shown(client, until=today - timedelta(days=1)) == []


def test_without_a_start_it_looks_back_a_month(
    recorded: None, ada: User, bob: User
) -> None:
    today = day_of_the_last(ada)
    with time_machine.travel(timezone.now() + timedelta(days=40)):
        client = signed_in(ada)
        assert shown(client) == []
        assert "The last 31 days." in client.get(LIST).content.decode()
        assert len(shown(client, actor=bob.pk)) == 2
        assert len(shown(client, since=today)) == 4


def test_pages_follow_each_other_without_a_count(ada: User) -> None:
    with audit.collecting():
        for number in range(120):
            audit.decided(f"sms.thing.n{number}", allowed=True, actor=ada)
    client = signed_in(ada)
    seen: list[str] = []
    asked = "?action=sms"
    while asked:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(LIST + asked)
        said = " ".join(query["sql"] for query in queries)
        assert "COUNT(" not in said and "OFFSET" not in said
        seen += [event.action for event in answer.context["cl"].result_list]
        asked = answer.context["cl"].older
    assert seen == [f"sms.thing.n{number}" for number in reversed(range(120))]


def test_one_event_is_opened_on_its_page_and_that_is_an_event(
    recorded: None, ada: User, alice: User
) -> None:
    client = signed_in(ada)
    event = AuditEvent.objects.get(action="sms.threads.clear")
    assert "too long for me" not in client.get(LIST).content.decode()
    page = f"{LIST}{event.pk}/change/"
    assert "too long for me" in client.get(page).content.decode()
    (look,) = AuditEvent.objects.filter(action=Permission.AUDIT_VIEW, outcome="allowed")
    assert (look.actor_id, look.subject_id) == (ada.pk, alice.pk)
    assert look.obj_id == str(event.pk)
    assert "looked at your audit event" in (
        signed_in(alice).get("/app/activity/").content.decode()
    )
    person_keys.destroy(alice.pk)
    assert "Not readable" in client.get(page).content.decode()
    assert client.post(page, {"action": "x"}).status_code == 403


def test_who_may_not_see_addresses_sees_masks_and_seals(
    recorded: None, ada: User, bob: User
) -> None:
    client = helper(ada, ENTER, Permission.AUDIT_VIEW)
    listed = client.get(LIST).content.decode()
    assert "bob@example.com" not in listed and "b•••@example.com" in listed
    event = AuditEvent.objects.get(action="sms.threads.clear")
    page = client.get(f"{LIST}{event.pk}/change/").content.decode()
    assert "too long for me" not in page and "Opened for whoever" in page
    assert not AuditEvent.objects.filter(action=Permission.AUDIT_VIEW).exists()


def test_without_the_permission_there_is_no_audit(recorded: None, ada: User) -> None:
    client = helper(ada, ENTER, Permission.PERSON_VIEW)
    event = AuditEvent.objects.get(action="sms.number.add")
    for page in (LIST, f"{LIST}{event.pk}/change/", SEALS, f"{LIST}export/csv/"):
        assert client.get(page).status_code == 403, page
        assert signed_in(ada).get(page).status_code == 200, page
    front = client.get("/admin/").content.decode()
    assert "Audit events" not in front and "Refused, last hour" not in front


def test_an_export_is_what_the_list_shows_and_is_recorded(
    recorded: None, ada: User, alice: User
) -> None:
    client = signed_in(ada)
    asked = {"action": "sms", "subject": "alice@example.com"}
    page = client.get(LIST, asked).content.decode()
    found = re.findall(r'href="(/admin/rbac/auditevent/export/\w+/\?[^"]+)"', page)
    assert len(found) == 2
    as_csv, as_ndjson = (client.get(each.replace("&amp;", "&")) for each in found)
    assert as_csv.streaming and as_ndjson.streaming
    assert 'attachment; filename="audit-' in as_csv["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(as_csv.getvalue().decode(), newline="")))
    assert [row["action"] for row in rows] == shown(client, **asked)
    assert rows[0]["reason"] == "It was too long for me"
    lines = as_ndjson.getvalue().decode().splitlines()
    assert [json.loads(line)["action"] for line in lines] == shown(client, **asked)
    taken = AuditEvent.objects.filter(action=Permission.AUDIT_EXPORT)
    assert {(e.actor_id, e.subject_id, e.outcome) for e in taken} == {
        (ada.pk, alice.pk, "allowed")
    }
    assert client.get(f"{LIST}export/xml/").status_code == 404
    assert client.get(f"{LIST}export/csv/?since=x").status_code == 400


@pytest.mark.parametrize(
    "lacking", [Permission.AUDIT_EXPORT, Permission.PERSON_VIEW_PII]
)
def test_an_export_takes_both_permissions(
    lacking: Permission, recorded: None, ada: User
) -> None:
    both = {Permission.AUDIT_EXPORT, Permission.PERSON_VIEW_PII}
    client = helper(ada, ENTER, Permission.AUDIT_VIEW, *(both - {lacking}))
    assert "Export CSV" not in client.get(LIST).content.decode()
    assert client.get(f"{LIST}export/csv/").status_code == 403
    (refused,) = AuditEvent.objects.filter(action=lacking, outcome="denied")
    assert refused.obj_type == ""


def test_a_persons_page_leads_to_what_happened_to_them(
    recorded: None, ada: User, alice: User
) -> None:
    client = signed_in(ada)
    page = client.get(f"/admin/accounts/user/{alice.pk}/change/").content.decode()
    assert f'href="{LIST}?subject={alice.pk}"' in page
    assert len(shown(client, subject=alice.pk)) == 3


def test_seals_are_listed_with_how_to_check_them(recorded: None, ada: User) -> None:
    chain.seal()
    seal = AuditSeal.objects.get()
    client = signed_in(ada)
    listed = client.get(SEALS).content.decode()
    assert "manage.py verify_audit" in listed and "Add" not in listed.split("<main")[1]
    page = client.get(f"{SEALS}{seal.pk}/change/").content.decode()
    assert bytes(seal.digest).hex() in page


def test_a_seal_that_is_late_needs_attention(recorded: None, ada: User) -> None:
    def late() -> list[str]:
        return [n.text for n in panel.read(ada).notices if "sealed" in n.text]

    assert late() == []
    now = timezone.now()
    with time_machine.travel(now + timedelta(hours=3, minutes=1)):
        assert late()[0].startswith("The audit has not been sealed for 3 hours.")
    # Sealed, and nothing happened since: nothing is late.
    chain.seal()
    with time_machine.travel(now + timedelta(hours=3)):
        assert late() == []


def test_refusals_of_the_last_hour_are_a_figure(recorded: None, ada: User) -> None:
    def figure() -> str:
        figures = {each.label: each.value for each in panel.read(ada).figures}
        return figures["Refused, last hour"]

    assert figure() == "1"
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert figure() == "0"
