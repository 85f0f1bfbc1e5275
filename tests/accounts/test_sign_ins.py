"""A sign-in is a row: what ends the row ends the cookie with the next request."""

import hashlib
import threading
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_redis import get_redis_connection
from pytest_django import Settings

from apps.accounts import sessions, suspension
from apps.accounts.models import LoginSession, User
from apps.rbac import assignments, roles
from apps.rbac.models import AuditEvent, Role
from tests.factories import PASSWORD
from tests.rbac.factories import person, verified
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
Ending = LoginSession.Ending
PAGE = "/app/settings/profile/"


def sign_in(user: User, password: str = PASSWORD) -> Client:
    client = Client(headers={"user-agent": "Firefox on a train"})
    form = {"login": user.email, "password": password}
    assert client.post("/accounts/login/", form).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def told(client: Client) -> str:
    return client.get(PAGE, follow=True).content.decode()


def row_of(client: Client) -> LoginSession:
    return LoginSession.objects.get(pk=client.session["sign_in"])


def test_a_sign_in_says_from_where_and_by_what(alice: User) -> None:
    row = row_of(sign_in(alice))
    assert (row.user, row.client, row.methods) == (alice, "browser", ["password"])
    assert (row.address, row.browser) == ("127.0.0.1", "Firefox on a train")
    assert not row.is_strong
    assert row.expires_at - row.created_at == timedelta(hours=24)


def test_a_signed_in_page_costs_one_query_for_who_it_is(alice: User) -> None:
    client = sign_in(alice)
    client.get("/app/activity/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/app/activity/")
    about = [q for q in queries if '"accounts_user"."id"' in q["sql"]]
    assert len(about) == 1
    assert "accounts_loginsession" in about[0]["sql"]


def test_whoever_it_is_the_server_keeps_one_plan_for_it(alice: User) -> None:
    for client in (sign_in(alice), sign_in(verified("bob@example.com"))):
        for _ in range(4):
            assert is_in(client)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans > 0, parameter_types::text"
            " FROM pg_prepared_statements"
            " WHERE statement LIKE '%FROM \"accounts_loginsession\"%'"
        )
        assert cursor.fetchall() == [(True, "{uuid}")]


def test_neither_redis_nor_postgresql_holds_the_cookie(alice: User) -> None:
    value = sign_in(alice).cookies["sessionid"].value
    redis = get_redis_connection()
    keys = [key.decode() for key in redis.keys("*")]
    assert any(hashlib.sha256(value.encode()).hexdigest() in key for key in keys)
    assert not any(value in key for key in keys)
    dumped = [redis.dump(key) or b"" for key in keys]
    assert not any(value.encode() in each for each in dumped)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM accounts_loginsession t")
        assert value not in str(cursor.fetchall())


def test_signing_out_ends_a_stolen_copy_of_the_cookie(alice: User) -> None:
    client, thief = sign_in(alice), Client()
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    assert is_in(thief)
    client.post("/accounts/logout/")
    assert not is_in(thief)
    assert LoginSession.objects.get().ending == Ending.SIGNED_OUT


def test_a_running_request_does_not_bring_an_ended_sign_in_back(alice: User) -> None:
    """Django's store gets, then sets: a slow request may write the session again."""
    client = sign_in(alice)
    store, row = client.session, row_of(client)
    sessions.end([row], Ending.ENDED)
    store["late"] = True
    store.save()
    assert not is_in(client)


def test_a_day_is_the_end_however_busy_it_was(alice: User) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client = sign_in(alice)
        for hours in (8, 16, 23.99):
            clock.move_to(start + timedelta(hours=hours))
            assert is_in(client)
        clock.move_to(start + timedelta(hours=24))
        assert "A sign-in lasts a day." in told(client)
    assert LoginSession.objects.get().ending == Ending.EXPIRED


def test_a_changed_password_ends_all_others_and_keeps_this_one(alice: User) -> None:
    here, elsewhere = sign_in(alice), sign_in(alice)
    new = "another-walk-by-the-sea"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/accounts/password/change/", form).status_code == 302
    assert is_in(here)
    assert "Your password was changed." in told(elsewhere)


def test_a_password_changed_behind_our_back_ends_all(alice: User) -> None:
    client = sign_in(alice)
    fresh = User.objects.get(pk=alice.pk)
    fresh.set_password("another-walk-by-the-sea")
    User.objects.filter(pk=alice.pk).update(password=fresh.password)
    assert not is_in(client)
    assert LoginSession.objects.get().ending == Ending.PASSWORD


def test_a_suspended_person_is_out_and_stays_out_after_restoring(alice: User) -> None:
    ada = person("administrator")
    client = sign_in(alice)
    suspension.suspend(by=ada, user=alice, reason="Abuse report")
    assert not is_in(client)
    suspension.restore(by=ada, user=alice, reason="Was a mistake")
    assert not is_in(client)


def test_a_suspension_counts_also_for_who_asked_nothing_until_it_was_over(
    alice: User,
) -> None:
    ada, client = person("administrator"), sign_in(alice)
    suspension.suspend(by=ada, user=alice, reason="Stolen phone")
    suspension.restore(by=ada, user=alice, reason="Has a new one")
    assert not is_in(client)
    assert LoginSession.objects.get(user=alice).ending == Ending.SUSPENDED


def test_a_secret_key_that_is_being_retired_still_counts(
    alice: User, settings: Settings
) -> None:
    client = sign_in(alice)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one that is long enough to be used as a key"
    assert is_in(client)
    settings.SECRET_KEY_FALLBACKS = []
    assert not is_in(client)


def test_one_sign_in_too_many_ends_the_oldest_and_says_why(alice: User) -> None:
    clients = [sign_in(alice) for _ in range(6)]
    assert [is_in(client) for client in clients[1:]] == [True] * 5
    assert "this was your oldest sign-in" in told(clients[0])
    assert sessions.lasting(alice).count() == 5


def test_thirty_at_once_leave_as_many_as_the_role_allows(alice: User) -> None:
    barrier = threading.Barrier(30)
    failed: list[BaseException] = []

    def begin() -> None:
        try:
            barrier.wait()
            sessions.begin(user=alice, client="app", proved=["password"], twice=False)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=begin) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert sessions.lasting(alice).count() == 5
    assert LoginSession.objects.filter(ending=Ending.NEWER).count() == 25


def test_an_administrator_who_does_nothing_for_an_hour_is_out() -> None:
    ada, bob = verified("ada@example.com", "administrator"), verified("bob@example.com")
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client, other = signed_in(ada), sign_in(bob)
        for minutes in (59, 118):
            clock.move_to(start + timedelta(minutes=minutes))
            assert is_in(client)
        clock.move_to(start + timedelta(minutes=118 + 60))
        assert "nothing was done here for a while" in told(client)
        assert is_in(other)


def test_looking_again_and_again_writes_once_a_minute(alice: User) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client = sign_in(alice)
        clock.move_to(start + timedelta(seconds=59))
        is_in(client)
        assert row_of(client).last_seen_at == start
        clock.move_to(start + timedelta(seconds=60))
        is_in(client)
        assert row_of(client).last_seen_at == start + timedelta(seconds=60)


def test_a_new_role_counts_with_the_next_request_and_a_lost_console_ends_it() -> None:
    ada, bob = verified("ada@example.com", "administrator"), verified("bob@example.com")
    role = Role.objects.get(slug="administrator")
    client = signed_in(bob)
    assert client.get("/admin/").status_code == 403
    assignments.grant(by=ada, user=bob, role=role, reason="promoted")
    assert client.get("/admin/").status_code == 200
    assignments.revoke(by=ada, user=bob, role=role, reason="demoted")
    assert "Your roles were changed." in told(client)
    assert LoginSession.objects.get(user=bob).ending == Ending.DEMOTED


def test_a_lost_role_that_never_opened_the_console_ends_nothing(alice: User) -> None:
    ada = person("administrator")
    premium = Role.objects.get(slug="premium")
    client = sign_in(alice)
    assignments.grant(by=ada, user=alice, role=premium, reason="paid")
    assert is_in(client)
    assignments.revoke(by=ada, user=alice, role=premium, reason="ended")
    assert is_in(client)


def test_a_role_that_loses_the_console_ends_the_sign_ins_of_who_holds_it() -> None:
    ada = verified("ada@example.com", "administrator")
    made = roles.create(
        by=ada, slug="helper", name="Helper", permissions=["rbac.console.enter"]
    )
    helen = verified("helen@example.com", "helper")
    client = signed_in(helen)
    assert is_in(client)
    roles.change(by=ada, role=made, permissions=[], inherits=[])
    assert not is_in(client)
    assert Group.objects.filter(user=helen).exists()


def test_each_end_is_recorded_for_its_owner(alice: User) -> None:
    newest = AuditEvent.objects.order_by("-id").first()
    client = sign_in(alice)
    row = row_of(client)
    sessions.end([row], Ending.ENDED, by=alice)
    sessions.end([row], Ending.ENDED, by=alice)
    events = AuditEvent.objects.filter(
        id__gt=newest.pk if newest else 0, action="accounts.session.close"
    )
    ((subject, key, reason),) = events.values_list("subject_id", "obj_id", "reason")
    assert (subject, key, reason) == (alice.pk, str(row.pk), "ended")


@pytest.mark.parametrize("value", ["", "x", "1", "0" * 32, None, 5, "{}", "\x00"])
def test_a_made_up_name_of_a_sign_in_is_nobodys(alice: User, value: object) -> None:
    with pytest.raises(sessions.Over):
        sessions.current(value)  # type: ignore[arg-type]  # what a forger may send


def test_a_row_is_found_as_django_would_find_it(alice: User) -> None:
    client = sign_in(alice)
    key = row_of(client).pk
    found = LoginSession.objects.found(key)
    judged = LoginSession.objects.judged().select_related("user").get(pk=key)
    assert found is not None
    for ours, theirs in ((found, judged), (found.user, judged.user)):
        for field in ours._meta.concrete_fields:
            name = field.attname
            assert getattr(ours, name) == getattr(theirs, name), name
            assert type(getattr(ours, name)) is type(getattr(theirs, name)), name
    assert found.idle_minutes == judged.idle_minutes
    assert found.enters_console is judged.enters_console
    # What was found can be written.
    found.user.name = "Alice B."
    found.user.save(update_fields=["name"])
    assert User.objects.get(pk=alice.pk).name == "Alice B."


def test_a_page_that_asks_by_itself_is_no_use_of_the_sign_in(alice: User) -> None:
    """Left open on a desk, it would keep the idle rule from ever striking."""
    client = sign_in(alice)
    before = row_of(client).last_seen_at
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        asks = {"hx-request": "true"}
        assert client.get("/app/conversation/?v=x", headers=asks).status_code == 200
        assert row_of(client).last_seen_at == before
        client.get("/app/conversation/", headers=asks)
        assert row_of(client).last_seen_at > before


def test_what_is_somebodys_is_kept_on_no_disk(alice: User) -> None:
    client = sign_in(alice)
    for page in (PAGE, "/app/phones/?link=1", "/api/v1/me", "/app/nothing/"):
        assert client.get(page)["Cache-Control"] == "private, no-store", page
    assert "Cache-Control" not in Client().get("/")


def test_a_role_that_is_given_back_at_once_brings_no_sign_in_back(alice: User) -> None:
    administrator = Role.objects.get(slug="administrator")
    for user in (alice, person()):
        assignments.grant(by=None, user=user, role=administrator, reason="test")
    client = signed_in(User.objects.get(pk=alice.pk))
    assert is_in(client)
    assignments.revoke(by=None, user=alice, role=administrator, reason="test")
    assignments.grant(by=None, user=alice, role=administrator, reason="test")
    assert not is_in(client)
    assert LoginSession.objects.get(user=alice).ending == Ending.DEMOTED


def test_a_role_that_has_run_out_allows_no_more_sign_ins(alice: User) -> None:
    premium, end = Role.objects.get(slug="premium"), timezone.now() + timedelta(hours=1)
    assignments.grant(by=None, user=alice, role=premium, reason="x", expires_at=end)
    lasting = LoginSession.objects.filter(user=alice, ended_at=None)
    with time_machine.travel(end - timedelta(minutes=5)):
        for _ in range(8):
            sign_in(alice)
        assert lasting.count() == 8
    with time_machine.travel(end + timedelta(seconds=1)):
        sign_in(alice)
        assert lasting.count() == 5


def test_its_owner_is_written_to_about_a_role(alice: User) -> None:
    ada = person("administrator", email="ada@example.com")
    premium = Role.objects.get(slug="premium")
    soon = timezone.now() + timedelta(days=7)
    assignments.grant(
        by=ada, user=alice, role=premium, reason="thanks", expires_at=soon
    )
    with time_machine.travel(soon + timedelta(minutes=1)):
        assignments.end_overdue()
    given, ended = mail.outbox
    assert (given.to, ended.to) == ([alice.email], [alice.email])
    assert "You were given a role" in given.subject and "until" in given.body
    assert "ended" in ended.subject and "thanks" not in given.body


def test_a_page_is_503_while_redis_is_away(alice: User, settings: Settings) -> None:
    client = sign_in(alice)
    sessions_away = {**settings.CACHES["sessions"], "LOCATION": "redis://127.0.0.1:1"}
    settings.CACHES = {**settings.CACHES, "sessions": sessions_away}
    for path in (PAGE, "/app/", "/api/v1/me"):
        assert client.get(path).status_code == 503
