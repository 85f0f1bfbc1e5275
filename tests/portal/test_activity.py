"""People see what was recorded of them, in words, and nothing of anybody else."""

import csv
import dataclasses
import io
import re
from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts import suspension
from apps.accounts.models import User
from apps.core import paging
from apps.jobs import dead_letters
from apps.jobs.models import Job
from apps.rbac import assignments, audit, ledger, person_keys
from apps.rbac.models import RoleAssignment
from tests.factories import PASSWORD, PhoneNumberFactory, UserFactory
from tests.rbac.factories import person, role
from tests.sign_in import signed_in

PAGE = "/app/activity/"


@pytest.fixture
def ada(db: None) -> User:
    return person("administrator", email="ada@example.com", name="Ada Adler")


def read(client: Client, address: str = PAGE) -> str:
    return client.get(address).content.decode()


def test_signing_in_and_out_is_told_with_where_from(alice: User) -> None:
    EmailAddress.objects.create(
        user=alice, email=alice.email, verified=True, primary=True
    )
    client = Client(headers={"user-agent": "Mozilla/5.0 (X11) Firefox/140.0"})
    form = {"login": "alice@example.com", "password": PASSWORD}
    client.post("/accounts/login/", {**form, "password": "wrong-horse"})
    client.post("/accounts/login/", form)
    client.post("/accounts/logout/")
    client.post("/accounts/login/", form)
    page = read(client)
    assert page.count("<p>Signed in</p>") == 2
    assert page.count("<p>Signed out</p>") == 1
    assert page.count("<p>A sign-in failed</p>") == 1
    assert page.count("127.0.0.1, Firefox") == 4
    # Newest first.
    assert page.index("Signed in") < page.index("Signed out") < page.index("failed")


def test_each_look_of_staff_is_told_with_its_reason(
    as_alice: Client, alice: User, ada: User
) -> None:
    number = PhoneNumberFactory.build(user=alice)
    entry = ledger.Entry(
        "sms.number.view",
        "allowed",
        actor_id=ada.pk,
        subject_id=alice.pk,
        obj_type=number._meta.label_lower,
        origin={"address": "192.0.2.77"},
        details={"reason": "Ticket 12: <b>no texts</b>"},
    )
    with connection.cursor() as cursor:
        ledger.write([entry], cursor)
    audit.decided("sms.number.view", allowed=False, actor=ada, subject=alice)
    audit.decided("sms.number.mend", allowed=True, actor=ada, subject=alice)
    page = read(as_alice)
    assert "Somebody from Switchboard looked at your phone number" in page
    assert "Reason: Ticket 12: &lt;b&gt;no texts&lt;/b&gt;" in page
    assert "Somebody from Switchboard tried to look at something of yours" in page
    assert "Somebody from Switchboard did this: sms.number.mend" in page
    # Who it was and where they sat is not for the person.
    assert "Ada" not in page and "192.0.2.77" not in page


def test_background_work_is_named_with_what_was_done_to_it(
    as_alice: Client, alice: User, ada: User
) -> None:
    def dead(kind: str) -> Job:
        return Job.objects.create(kind=kind, asked_by=alice, state="dead", queue="bulk")

    for kind in ("accounts.export", "chores.note"):
        dead_letters.requeue(by=ada, job=(job := dead(kind)), reason="It is back")
        dead_letters.cancel(by=ada, job=job, reason="Not today")
        dead_letters.drop(by=ada, job=dead(kind), reason="Too old")
    page = read(as_alice)
    for said in (
        "had the export of your data tried again",
        "cancelled the export of your data",
        "dropped the export of your data, which had failed",
        "cancelled background work of yours (chores.note)",
    ):
        assert f"<p>Somebody from Switchboard {said}</p>" in page
    assert "did this" not in page and "Reason: Not today" in page
    assert "Cancelled background work" in read(signed_in(ada))


def test_a_role_is_told_with_its_end_and_the_reason(
    as_alice: Client, alice: User, ada: User
) -> None:
    alice.timezone = "Asia/Tokyo"
    alice.save(update_fields=["timezone"])
    premium = role("premium")
    end = datetime(2031, 5, 3, 23, 30, tzinfo=UTC)
    assignments.grant(
        by=ada, user=alice, role=premium, reason="Won the raffle", expires_at=end
    )
    assignments.revoke(by=ada, user=alice, role=premium, reason="mistake")
    page = " ".join(read(as_alice).split())
    given = page.index("Somebody from Switchboard gave you a role")
    assert "<p>Role: Premium, until <time" in page[given:]
    assert "Sun 4 May 2031, 8:30 AM" in page[given:]
    assert "<p>Reason: Won the raffle</p>" in page[given:]
    # One word is a reason as well.
    taken = page[page.index("Somebody from Switchboard took back") : given]
    assert "<p>Role: Premium</p> <p>Reason: mistake</p>" in taken


def test_a_role_that_nobody_gave_is_not_told_as_a_gift_to_somebody(
    as_alice: Client, alice: User
) -> None:
    premium = role("premium")
    assignments.grant(by=None, user=alice, role=premium, reason="made by command")
    assert "<p>Was given a role</p>" in read(as_alice)
    assignments.revoke(by=None, user=alice, role=premium, reason="made by command")
    page = read(as_alice)
    assert "<p>Lost a role</p>" in page and "somebody a role" not in page


@pytest.mark.parametrize("reason", ["abuse", "Texts to strangers, ticket 12"])
def test_a_suspension_is_told_with_its_reason(
    alice: User, ada: User, reason: str
) -> None:
    suspension.suspend(by=ada, user=alice, reason=reason)
    suspension.restore(by=ada, user=alice, reason="cleared")
    client = Client()
    client.force_login(User.objects.get(pk=alice.pk))
    page = read(client)
    assert f"<p>Reason: {reason}</p>" in page
    assert "<p>Reason: cleared</p>" in page


def test_a_code_and_what_is_private_are_not_told(
    as_alice: Client, alice: User, ada: User
) -> None:
    audit.done(
        "accounts.user.suspend",
        actor=ada,
        subject=alice,
        after={"role": "after_word", "until": "x"},
        private={"note": "private_word", "role": "private_role"},
    )
    audit.decided(
        "accounts.user.suspend",
        allowed=True,
        actor=ada,
        subject=alice,
        reason="code_word",
    )
    page = read(as_alice)
    for word in ("after_word", "private_word", "private_role", "code_word"):
        assert word not in page


def test_nobody_sees_what_belongs_to_another(
    as_alice: Client, bob: User, ada: User
) -> None:
    audit.decided("sms.secret.view", allowed=True, actor=ada, subject=bob)
    audit.decided("jobs.system.run", allowed=True)
    page = read(as_alice)
    assert "sms.secret.view" not in page and "jobs.system.run" not in page
    as_ada = signed_in(ada)
    assert "Looked: sms.secret.view" in read(as_ada)


def test_somebody_without_an_office_is_somebody_else(
    as_alice: Client, alice: User, bob: User
) -> None:
    audit.decided("sms.list.change", allowed=True, actor=bob, subject=alice)
    page = read(as_alice)
    assert "Somebody else did this: sms.list.change" in page
    # A role that came later changes nothing.
    assignments.grant(by=None, user=bob, role=role("administrator"), reason="test")
    assert "Somebody from Switchboard" not in read(as_alice)


def test_who_was_staff_then_stays_so(as_alice: Client, alice: User, ada: User) -> None:
    audit.decided("sms.number.view", allowed=True, actor=ada, subject=alice)
    audit.decided("sms.number.view", allowed=False, actor=ada.pk, subject=alice)
    with audit.collecting():
        audit.done("sms.number.change", actor=ada, subject=alice)
    # As events are that were recorded before it was written down.
    old = ledger.Entry(
        "sms.number.view", "allowed", actor_id=ada.pk, subject_id=alice.pk
    )
    shared = dataclasses.replace(old, reason="share")
    with connection.cursor() as cursor:
        ledger.write([old, shared], cursor)

    def counts() -> tuple[int, int]:
        page = read(as_alice)
        return page.count("Somebody from Switchboard"), page.count("Somebody else")

    assert counts() == (4, 1)
    person("administrator", email="eve@example.com")
    held = RoleAssignment.objects.get(user=ada)
    assignments.revoke(by=None, user=ada, role=held.role, reason="She left")
    assert counts() == (4, 1)
    ada.delete()
    assert counts() == (4, 1)


def test_pages_follow_each_other_without_gap_or_repetition(
    as_alice: Client, alice: User
) -> None:
    with audit.collecting():
        for number in range(70):
            audit.decided(f"sms.thing.n{number}", allowed=True, actor=alice)
    seen = []
    address = PAGE
    while address:
        page = read(as_alice, address)
        seen += [int(part.split("<")[0]) for part in page.split("sms.thing.n")[1:]]
        older = re.search(r'href="(/app/activity/\?before=[\w-]+)"', page)
        address = older[1] if older else ""
    assert seen == list(reversed(range(70)))


@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 19, "١", "1 OR 1=1"])
def test_a_bad_cursor_is_refused(as_alice: Client, cursor: str) -> None:
    assert as_alice.get(PAGE, {"before": cursor}).status_code == 400


def test_the_page_asks_few_questions(as_alice: Client, alice: User, ada: User) -> None:
    with audit.collecting():
        for _ in range(60):
            audit.decided("sms.number.view", allowed=True, actor=ada, subject=alice)
    assignments.grant(by=ada, user=alice, role=role("premium"), reason="A test")
    with CaptureQueriesContext(connection) as asked:
        assert as_alice.get(PAGE).status_code == 200
    # The names of roles are one.
    assert len(asked) <= 7


def test_a_person_whose_key_is_gone_still_has_a_page(
    as_alice: Client, alice: User
) -> None:
    audit.done("accounts.user.view", actor=alice, words="Some words")
    assert "Some words" in read(as_alice)
    person_keys.destroy(alice.pk)
    page = read(as_alice)
    assert "Looked at somebody" in page and "Some words" not in page


def test_a_newcomer_is_told_what_will_stand_here(db: None) -> None:
    client = Client()
    client.force_login(UserFactory.create())
    # Signing in is the first thing there is, so ask for the page before it.
    first = paging.cursor("rbac.timeline", paging.Place(("1",)))
    page = read(client, f"{PAGE}?before={first}")
    assert "Nothing yet" in page and "Newest" in page


def test_one_kind_can_be_looked_at_alone(as_alice: Client, alice: User) -> None:
    audit.done("integrations.connection.connect", actor=alice, subject=alice)
    audit.done("mfa.factor.add", actor=alice, subject=alice)
    everything = read(as_alice)
    security = read(as_alice, f"{PAGE}?kind=security")
    connections = read(as_alice, f"{PAGE}?kind=connections")
    assert not _deeds(security) & _deeds(connections)
    assert _deeds(security) and _deeds(connections)
    assert _deeds(security) | _deeds(connections) <= _deeds(everything)
    assert 'href="?kind=security" aria-current="page"' in security
    assert as_alice.get(PAGE, {"kind": "other"}).status_code == 400


def _deeds(page: str) -> set[str]:
    return set(re.findall(r'<li class="stack-small">\s*<p>(.+?)</p>', page))


def test_all_of_it_is_a_table(as_alice: Client, alice: User, bob: User) -> None:
    for n in range(40):
        audit.done("mfa.factor.add", actor=alice, subject=alice, reason=f"r{n}")
    audit.done("mfa.factor.add", actor=bob, subject=bob, reason="bobs")
    answer = as_alice.get(f"{PAGE}all.csv")
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    assert "bobs" not in str(lines)
    times = [each["at"] for each in lines]
    assert len(lines) >= 40 and times == sorted(times, reverse=True)
    assert all(each["what"] for each in lines)
