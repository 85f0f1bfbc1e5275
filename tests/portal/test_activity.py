"""People see what was recorded of them, in words, and nothing of anybody else."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.rbac import audit, ledger, person_keys
from tests.factories import PASSWORD, PhoneNumberFactory, UserFactory
from tests.rbac.factories import person

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


def test_nobody_sees_what_belongs_to_another(
    as_alice: Client, bob: User, ada: User
) -> None:
    audit.decided("sms.secret.view", allowed=True, actor=ada, subject=bob)
    audit.decided("jobs.system.run", allowed=True)
    page = read(as_alice)
    assert "sms.secret.view" not in page and "jobs.system.run" not in page
    as_ada = Client()
    as_ada.force_login(ada)
    assert "Looked: sms.secret.view" in read(as_ada)


def test_somebody_without_an_office_is_somebody_else(
    as_alice: Client, alice: User, bob: User
) -> None:
    audit.decided("sms.list.change", allowed=True, actor=bob, subject=alice)
    audit.decided("sms.list.view", allowed=True, actor=999_999, subject=alice)
    page = read(as_alice)
    assert "Somebody else did this: sms.list.change" in page
    # Gone since, so nobody can tell; the person hears of it all the same.
    assert "Somebody from Switchboard looked at" in page


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
        older = re.search(r'href="(/app/activity/\?before=\d+)"', page)
        address = older[1] if older else ""
    assert seen == list(reversed(range(70)))


@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 19, "١", "1 OR 1=1"])
def test_a_bad_cursor_is_refused(as_alice: Client, cursor: str) -> None:
    assert as_alice.get(PAGE, {"before": cursor}).status_code == 400


def test_the_page_asks_few_questions(as_alice: Client, alice: User, ada: User) -> None:
    with audit.collecting():
        for _ in range(60):
            audit.decided("sms.number.view", allowed=True, actor=ada, subject=alice)
    with CaptureQueriesContext(connection) as asked:
        assert as_alice.get(PAGE).status_code == 200
    assert len(asked) <= 6


def test_a_person_whose_key_is_gone_still_has_a_page(
    as_alice: Client, alice: User
) -> None:
    audit.done("accounts.user.view", actor=alice, reason="Some words")
    assert "Some words" in read(as_alice)
    person_keys.destroy(alice.pk)
    page = read(as_alice)
    assert "Looked: accounts.user.view" in page and "Some words" not in page


def test_a_newcomer_is_told_what_will_stand_here(db: None) -> None:
    client = Client()
    client.force_login(UserFactory.create())
    # Signing in is the first thing there is, so ask for the page before it.
    page = read(client, f"{PAGE}?before=1")
    assert "Nothing yet" in page and "Newest" in page
