"""The history of a row is what the audit has of it: that row's, all of it."""

from datetime import datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client

from apps.accounts.models import User
from apps.rbac import audit, limits
from apps.rbac.catalog import Permission
from apps.rbac.console.search import Search
from apps.rbac.models import AuditEvent, Role, RoleLimits
from tests.rbac.factories import helper, person, role
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return person("administrator", email="ada@example.com")


def shown(client: Client, page: str) -> list[str]:
    answer = client.get(f"{page}history/", follow=True)
    assert answer.status_code == 200
    return [event.action for event in answer.context["cl"].result_list]


def test_a_row_without_a_public_id_is_not_taken_for_another(ada: User) -> None:
    row = RoleLimits.objects.get(role=role("premium"))
    row.texts = 9
    limits.change(by=ada, row=row)
    client = signed_in(ada)
    # Of another kind, with the same number.
    audit.done("rbac.role.change", obj=Role(pk=row.pk))
    # What other tests recorded of it stands, as it should.
    found = shown(client, f"/admin/rbac/rolelimits/{row.pk}/")
    assert set(found) == {"rbac.rolelimits.change"}


def test_it_goes_back_to_the_beginning(ada: User) -> None:
    alice = person(email="alice@example.com")
    audit.done("accounts.user.change", actor=alice, obj=alice)
    with time_machine.travel(datetime(2027, 12, 24, 12)):
        found = shown(signed_in(ada), f"/admin/accounts/user/{alice.pk}/")
    assert "accounts.user.change" in found


@pytest.mark.usefixtures("clean")
def test_an_index_finds_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO rbac_auditevent (action, outcome, obj_type, obj_id)"
            " SELECT 'sms.thread.view', 'allowed', 'rbac.role', n % 1000"
            " FROM generate_series(1, 10000) n"
        )
        cursor.execute("ANALYZE rbac_auditevent")
        cursor.execute("SELECT min(tableoid::regclass::text) FROM rbac_auditevent")
        month = str(cursor.fetchone()[0])
    search = Search({"kind": "rbac.role", "q": "7"})
    found = search.narrow(AuditEvent.objects.all()).order_by("-id")[:51]
    assert not search.looks_back
    plan = found.explain()
    assert f"{month}_obj_id_id_idx" in plan and f"Seq Scan on {month}" not in plan
    assert len(found) == 10


def test_there_is_no_link_to_what_may_not_be_seen(ada: User) -> None:
    page = f"/admin/accounts/user/{ada.pk}/change/"
    link = f"/admin/accounts/user/{ada.pk}/history/"
    assert link in signed_in(ada).get(page).content.decode()
    client = helper(ada, Permission.PERSON_VIEW)
    assert link not in client.get(page).content.decode()
