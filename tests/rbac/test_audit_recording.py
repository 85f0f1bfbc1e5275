"""What is recorded, when it survives, and what it costs."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from structlog.testing import capture_logs

from apps.accounts.models import User
from apps.core.errors import Forbidden
from apps.core.request_ids import bound
from apps.rbac import assignments, audit, ledger
from apps.rbac.models import AuditEvent
from apps.sms.models import PhoneNumber
from tests.factories import PhoneNumberFactory
from tests.rbac.factories import role
from tests.sign_in import signed_in

pytestmark = pytest.mark.usefixtures("clean")
View = Callable[[HttpRequest], HttpResponse]


def visit(view: View, user: Any = None, actor: Any = None) -> HttpResponse:
    """A request through the middleware."""
    request = RequestFactory().get("/", headers={"User-Agent": "Firefox"})
    request.user = user or AnonymousUser()
    if actor:
        setattr(request, "actor", actor)
    with bound("0123456789abcdef", "test"):
        return audit.AuditMiddleware(view)(request)


def one() -> tuple[AuditEvent, ledger.Opened]:
    return ledger.opened([AuditEvent.objects.get()])[0]


def test_a_denial_survives_the_rollback_of_its_page(alice: User) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            audit.done("accounts.user.change", obj=alice, after={"name": "Eve"})
            audit.decided("accounts.user.change", allowed=False, reason="not_owner")
            raise Forbidden()

    with pytest.raises(Forbidden):
        visit(view, alice)
    event, opened = one()
    assert (event.action, event.outcome) == ("accounts.user.change", "denied")
    assert (event.actor_id, event.subject_id) == (alice.pk, alice.pk)
    assert (event.reason, event.request_id) == ("not_owner", "0123456789abcdef")
    assert opened.origin == {"address": "127.0.0.1", "browser": "Firefox"}


def test_a_denial_costs_one_insert(alice: User) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        for number in range(20):
            audit.decided("sms.thread.view", allowed=False, reason=f"n{number}")
        return HttpResponse(status=403)

    visit(view, alice)  # the key of a person is made at their first event
    with CaptureQueriesContext(
        connection,
    ) as asked:
        visit(view, alice)
    assert len(asked) == 1
    assert asked.captured_queries[0]["sql"].startswith("INSERT INTO rbac_auditevent")
    assert AuditEvent.objects.count() == 40


def test_a_request_that_decides_nothing_asks_nothing(alice: User) -> None:
    with CaptureQueriesContext(connection) as asked:
        visit(lambda request: HttpResponse(), alice)
    assert len(asked) == 0


def test_a_change_stands_with_what_it_changed(alice: User) -> None:
    def rename(name: str) -> None:
        with transaction.atomic():
            User.objects.filter(pk=alice.pk).update(name=name)
            audit.done(
                "accounts.user.change",
                subject=alice,
                obj=alice,
                before={"name": alice.name},
                after={"name": name},
            )
            if name == "Eve":
                raise Forbidden()

    with pytest.raises(Forbidden):
        rename("Eve")
    assert not AuditEvent.objects.exists()
    rename("Alice A.")
    event, opened = one()
    assert (event.obj_type, event.obj_id) == ("accounts.user", str(alice.public_id))
    assert opened.details == {
        "before": {"name": "Alice Archer"},
        "after": {"name": "Alice A."},
    }
    assert b"Alice" not in bytes(event.details or b"")


def test_outside_a_request_a_decision_is_written_at_once(alice: User) -> None:
    with pytest.raises(Forbidden), transaction.atomic():
        audit.decided("jobs.report.run", allowed=False, subject=alice, obj=User)
        raise Forbidden()
    event, opened = one()
    assert (event.actor_id, event.subject_id) == (None, alice.pk)
    assert (event.obj_type, event.obj_id) == ("accounts.user", "")
    assert (opened.origin, event.origin) == ({}, None)


def test_an_operator_who_stands_in_is_named_beside_the_person(
    alice: User, ada: User
) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        # Code that knows only the user of the page.
        audit.decided("sms.thread.view", allowed=True, actor=request.user)
        audit.decided("sms.thread.view", allowed=True)
        return HttpResponse()

    visit(view, alice, actor=ada)
    for event in AuditEvent.objects.all():
        assert event.actor_id == ada.pk
        assert (event.on_behalf_of_id, event.subject_id) == (alice.pk, alice.pk)


def test_nobody_signed_in_is_nobody(alice: User) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        audit.decided("accounts.session.open", allowed=False, private={"x": 1})
        return HttpResponse()

    visit(view)
    event, opened = one()
    assert (event.actor_id, event.subject_id) == (None, None)
    assert opened.details == {"private": {"x": 1}}


def test_what_a_person_wrote_is_sealed_and_a_code_is_not(alice: User) -> None:
    words = "Ticket 12: Alice's bank asked\x00 about \ud83d"
    audit.done("accounts.user.view", subject=alice, words=words)
    event, opened = one()
    assert event.reason == ""
    assert opened.reason == words


def test_one_word_that_a_person_wrote_is_no_code(alice: User, ada: User) -> None:
    assignments.grant(by=None, user=ada, role=role("administrator"), reason="boss")
    as_ada = signed_in(ada)
    form = {"action": "suspend", "_selected_action": alice.pk, "confirm": "yes"}
    as_ada.post("/admin/accounts/user/", {**form, "reason": "stalking"})
    assignments.grant(by=ada, user=alice, role=role("premium"), reason="stalking")
    assignments.revoke(by=ada, user=alice, role=role("premium"), reason="stalking")
    said = AuditEvent.objects.about(alice.pk).by(ada.pk)
    assert not said.filter(reason="stalking").exists()
    found = {e.action: o.reason for e, o in ledger.opened(said.filter(outcome="done"))}
    assert found == {
        "accounts.user.suspend": "stalking",
        "rbac.roleassignment.grant": "stalking",
        "rbac.roleassignment.revoke": "stalking",
    }
    with pytest.raises(ValueError, match="a reason is a code"):
        audit.done("accounts.user.view", subject=alice, reason="She asked for it")


def test_secrets_and_words_of_messages_are_left_out(alice: User) -> None:
    audit.done(
        "sms.number.change",
        subject=alice,
        private={"body": "hi", "deep": [{"Token": "t", "count": 2}], "code": "1"},
    )
    _, opened = one()
    assert opened.details == {"private": {"deep": [{"count": 2}]}}


def test_objects_are_named_by_their_public_id(alice: User) -> None:
    number: PhoneNumber = PhoneNumberFactory.create(user=alice)
    audit.done("sms.number.remove", subject=alice, obj=number)
    event, _ = one()
    assert event.obj_type == "sms.phonenumber"
    assert event.obj_id == str(number.public_id)


@pytest.mark.parametrize("action", ["", "sms.view", "sms.thread.view.x", "Sms.a.b"])
def test_an_action_has_three_parts(action: str) -> None:
    with pytest.raises(ValueError, match="app.subject.action"):
        audit.decided(action, allowed=True)


def test_an_answered_page_stays_answered_when_nothing_can_be_written(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        audit.decided("sms.thread.view", allowed=False, reason="not_owner")
        # The server goes away: nothing listens there.
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "PORT", 1)
        return HttpResponse(status=403)

    with capture_logs() as lines:
        assert visit(view, alice).status_code == 403
    monkeypatch.undo()
    (line,) = [line for line in lines if line["event"] == "audit_not_written"]
    assert line["log_level"] == "error"
    assert (line["action"], line["actor"]) == ("sms.thread.view", alice.pk)
    assert "127.0.0.1" not in str(line)


def test_the_database_refuses_to_change_or_remove(alice: User) -> None:
    audit.decided("sms.thread.view", allowed=True, actor=alice)
    for table in ("rbac_auditevent", "rbac_auditevent_default", _current_month()):
        for statement in (
            f"TRUNCATE {table}",
            f"UPDATE {table} SET outcome = 'denied'",
            f"DELETE FROM {table}",
        ):
            if "default" in table and not statement.startswith("TRUNCATE"):
                continue  # it has no rows to refuse for
            with connection.cursor() as cursor:
                with pytest.raises(IntegrityError, match="is refused"):
                    cursor.execute(statement)
    with pytest.raises(IntegrityError, match="is refused"):
        AuditEvent.objects.update(outcome="denied")
    with pytest.raises(IntegrityError, match="is refused"):
        AuditEvent.objects.all().delete()
    assert AuditEvent.objects.count() == 1


def test_threads_do_not_share_what_they_collect(alice: User, ada: User) -> None:
    barrier = threading.Barrier(8)

    def view(request: HttpRequest) -> HttpResponse:
        barrier.wait()
        for _ in range(5):
            audit.decided("sms.thread.view", allowed=True)
        return HttpResponse()

    def run(person: User) -> None:
        visit(view, person)
        connections.close_all()

    threads = [
        threading.Thread(target=run, args=[person]) for person in [alice, ada] * 4
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for person in (alice, ada):
        assert AuditEvent.objects.by(person.pk).count() == 20


def _current_month() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM rbac_auditevent")
        return str(cursor.fetchone()[0])
