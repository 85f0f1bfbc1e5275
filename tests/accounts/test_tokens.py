"""Tokens of apps: each test is an attack that they refuse."""

import base64
import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from allauth.account.models import EmailAddress
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core import mail
from django.core.checks import run_checks
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_redis import get_redis_connection
from pytest_django import Settings

from apps.accounts import app_sessions, sessions, tokens
from apps.accounts.models import LoginSession, User
from apps.core.errors import Unauthorized
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
Ending = LoginSession.Ending
API = "/api/auth/app/v1"
WHO = f"{API}/auth/session"
Json = dict[str, Any]


@pytest.fixture
def row(alice: User) -> LoginSession:
    return sessions.begin(user=alice, client="app", proved=["password"], twice=False)


def post(path: str, body: Json, token: str = "", **headers: str) -> Any:
    sent = {"authorization": f"Bearer {token}"} if token else {}
    return Client(headers={**sent, **headers}).post(
        API + path, body, content_type="application/json"
    )


def sign_in(password: str = PASSWORD) -> Json:
    answer = post("/auth/login", {"email": "alice@example.com", "password": password})
    assert answer.status_code == 200, answer.content
    meta: Json = answer.json()["meta"]
    return meta


def status(token: str) -> int:
    client = Client(headers={"authorization": f"Bearer {token}"})
    return client.get(WHO).status_code


def refreshed(token: str) -> Any:
    return post("/tokens/refresh", {"refresh_token": token})


def test_an_app_signs_in_and_has_nothing_but_its_pair(alice: User) -> None:
    meta = sign_in()
    assert set(meta) == {
        "is_authenticated",
        "access_token",
        "refresh_token",
        "expires_in",
    }
    assert meta["expires_in"] == 299 or meta["expires_in"] == 300
    assert status(meta["access_token"]) == 200
    row = LoginSession.objects.get()
    assert (row.client, row.methods) == ("app", ["password"])


def test_a_sign_in_that_ends_the_oldest_asks_the_database_fifteen_times(
    alice: User,
) -> None:
    """The most it does without a second factor; one of them looks for the address as
    it was kept before there was one spelling (accounts/email_addresses.py)."""
    while not LoginSession.objects.exclude(ended_at=None).exists():
        sign_in()
    with CaptureQueriesContext(connection) as queries:
        sign_in()
    no_work = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    asked = [q["sql"] for q in queries if not q["sql"].startswith(no_work)]
    assert len(asked) <= 15, asked
    assert LoginSession.objects.filter(ending=Ending.NEWER).count() == 2
    alice.refresh_from_db()
    assert alice.last_login == LoginSession.objects.latest("created_at").created_at


def test_what_an_access_token_says(row: LoginSession, alice: User) -> None:
    raw = tokens.issue(row).access
    header, claims = jwt.get_unverified_header(raw), unproved(raw)
    assert header == {"alg": "EdDSA", "typ": "at+jwt", "kid": "j1"}
    assert claims["iss"] == "https://switchboard.example"
    assert claims["aud"] == "https://switchboard.example/api"
    assert (claims["sub"], claims["sid"]) == (str(alice.public_id), str(row.pk))
    assert (claims["acr"], claims["amr"]) == ("aal1", ["password"])
    assert claims["exp"] - claims["iat"] == 300
    # No role and no address travels in it.
    assert not {"roles", "groups", "email", "permissions"} & set(claims)


def test_it_is_over_to_the_second(row: LoginSession) -> None:
    pair = tokens.issue(row)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        expires = unproved(pair.access)["exp"]
        clock.move_to(expires - 1)
        assert tokens.opened(pair.access).pk == row.pk
        clock.move_to(expires)
        with pytest.raises(tokens.BadToken):
            tokens.opened(pair.access)


def test_a_token_that_was_good_opens_nothing_by_another_signature(
    row: LoginSession,
) -> None:
    raw = tokens.issue(row).access
    assert tokens.opened(raw).pk == row.pk
    head, said, proof = raw.split(".")
    other = tokens.issue(row).refresh.rpartition(".")[2]
    for forged in (f"{head}.{said}.{other}", f"{head}.{said}.", f"{head}.{said}"):
        with pytest.raises(tokens.BadToken):
            tokens.opened(forged)
    assert tokens.opened(raw).pk == row.pk


def test_a_token_that_was_good_is_none_of_another_key_or_service(
    row: LoginSession, settings: Settings
) -> None:
    raw, ring = tokens.issue(row).access, settings.JWT_SIGNING_KEYS
    where = settings.PUBLIC_URL
    assert tokens.opened(raw).pk == row.pk
    settings.JWT_SIGNING_KEYS = "j1:" + base64.b64encode(b"n" * 32).decode()
    with pytest.raises(tokens.BadToken):
        tokens.opened(raw)
    settings.JWT_SIGNING_KEYS = ring
    settings.PUBLIC_URL = "https://elsewhere.example"
    with pytest.raises(tokens.BadToken):
        tokens.opened(raw)
    settings.PUBLIC_URL = where
    assert tokens.opened(raw).pk == row.pk


def test_a_token_that_was_good_is_not_yet_so_by_a_clock_that_was_set_back(
    row: LoginSession,
) -> None:
    raw = tokens.issue(row).access
    assert tokens.opened(raw).pk == row.pk
    with time_machine.travel(timezone.now() - timedelta(minutes=1), tick=False):
        with pytest.raises(tokens.BadToken):
            tokens.opened(raw)


def test_what_is_known_of_tokens_has_none_and_does_not_grow(row: LoginSession) -> None:
    for _ in range(3):
        tokens.opened(tokens.issue(row).access)
    known = len(tokens._known)
    raw = tokens.issue(row).access
    tokens.opened(raw)
    assert len(tokens._known) == known <= tokens._MANY
    kept = repr(tokens._known)
    assert raw not in kept and raw.rpartition(".")[2] not in kept


def unproved(raw: str) -> Json:
    claims: Json = jwt.decode(raw, options={"verify_signature": False})
    return claims


def signed(claims: Json, key: Any, alg: str = "EdDSA", **header: Any) -> str:
    return jwt.encode(claims, key, algorithm=alg, headers=header)


def _part(value: Json) -> str:
    raw = json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


OTHER = Ed25519PrivateKey.generate()


def _ours() -> Ed25519PrivateKey:
    return next(iter(tokens._keys().values()))


FORGERIES: dict[str, Callable[[str, Json], str]] = {
    "alg_none": lambda raw, claims: (
        f'{_part({"alg": "none", "typ": "at+jwt", "kid": "j1"})}.{_part(claims)}.'
    ),
    "signature_cut_off": lambda raw, claims: raw.rpartition(".")[0] + ".",
    "another_key": lambda raw, claims: signed(claims, OTHER, typ="at+jwt", kid="j1"),
    "unknown_kid": lambda raw, claims: signed(claims, _ours(), typ="at+jwt", kid="j9"),
    "kid_as_path": lambda raw, claims: signed(
        claims, OTHER, typ="at+jwt", kid="../../dev/null"
    ),
    "no_kid": lambda raw, claims: signed(claims, _ours(), typ="at+jwt"),
    "hmac_with_the_public_key": lambda raw, claims: signed(
        claims,
        _ours().public_key().public_bytes_raw().hex(),
        "HS256",
        typ="at+jwt",
        kid="j1",
    ),
    "plain_jwt": lambda raw, claims: signed(claims, _ours(), kid="j1"),
    "brought_its_own_key": lambda raw, claims: signed(
        claims, OTHER, typ="at+jwt", kid="j1", jwk={"kty": "OKP"}
    ),
    "points_to_a_key": lambda raw, claims: signed(
        claims, _ours(), typ="at+jwt", kid="j1", jku="https://evil.example/keys"
    ),
    "critical_header": lambda raw, claims: signed(
        claims, _ours(), typ="at+jwt", kid="j1", crit=["exp"]
    ),
    "for_another_service": lambda raw, claims: signed(
        {**claims, "aud": "https://other.example"}, _ours(), typ="at+jwt", kid="j1"
    ),
    "from_another_issuer": lambda raw, claims: signed(
        {**claims, "iss": "https://evil.example"}, _ours(), typ="at+jwt", kid="j1"
    ),
    "never_ends": lambda raw, claims: signed(
        {k: v for k, v in claims.items() if k != "exp"}, _ours(), typ="at+jwt", kid="j1"
    ),
    "for_nobody": lambda raw, claims: signed(
        {**claims, "sub": "0"}, _ours(), typ="at+jwt", kid="j1"
    ),
    "sid_is_no_id": lambda raw, claims: signed(
        {**claims, "sid": "1 OR 1=1"}, _ours(), typ="at+jwt", kid="j1"
    ),
    "sid_is_a_number": lambda raw, claims: signed(
        {**claims, "sid": 5}, _ours(), typ="at+jwt", kid="j1"
    ),
    "ends_in_words": lambda raw, claims: signed(
        {**claims, "exp": "1895654000"}, _ours(), typ="at+jwt", kid="j1"
    ),
    "ends_after_the_calendar": lambda raw, claims: signed(
        {**claims, "exp": 10**30}, _ours(), typ="at+jwt", kid="j1"
    ),
    "begins_in_fractions": lambda raw, claims: signed(
        {**claims, "iat": claims["iat"] + 0.5}, _ours(), typ="at+jwt", kid="j1"
    ),
    "changed_claims": lambda raw, claims: ".".join(
        [raw.split(".")[0], _part({**claims, "sub": "x"}), raw.split(".")[2]]
    ),
    "too_long": lambda raw, claims: raw + "A" * 4000,
    "not_ascii": lambda raw, claims: raw[:-1] + "é",
    "four_parts": lambda raw, claims: raw + ".x",
    "dots": lambda raw, claims: "..",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_access_token_opens_nothing(name: str, row: LoginSession) -> None:
    raw = tokens.issue(row).access
    forged = FORGERIES[name](raw, unproved(raw))
    with pytest.raises(Unauthorized):
        tokens.opened(forged)
    answer = Client(
        headers={"authorization": f"Bearer {forged}".encode().decode("latin-1")}
    ).get(WHO)
    assert answer.status_code == 401
    assert forged not in answer.content.decode()


@pytest.mark.parametrize("generation", [True, -1, 10**30, 1.0, "1", None])
def test_a_refresh_token_of_no_generation_opens_nothing(
    generation: Any, row: LoginSession
) -> None:
    claims = unproved(tokens.issue(row).refresh) | {"gen": generation}
    with pytest.raises(tokens.BadToken):
        tokens.refresh(signed(claims, _ours(), typ="rt+jwt", kid="j1"))


def test_the_forgers_recipe_works_with_the_right_parts(row: LoginSession) -> None:
    """Else the forgeries above would prove nothing."""
    claims = unproved(tokens.issue(row).access)
    good = signed(claims, _ours(), typ="at+jwt", kid="j1")
    assert tokens.opened(good).pk == row.pk


def test_no_token_stands_in_for_the_other_kind(row: LoginSession) -> None:
    pair = tokens.issue(row)
    assert status(pair.refresh) == 401
    assert refreshed(pair.access).status_code == 401


def test_a_browsers_sign_in_has_no_tokens(alice: User) -> None:
    browser = sessions.begin(
        user=alice, client="browser", proved=["password"], twice=False
    )
    pair = tokens.issue(browser)
    assert (status(pair.access), refreshed(pair.refresh).status_code) == (401, 401)


def test_keys_rotate_without_signing_anybody_out(
    row: LoginSession, settings: Settings
) -> None:
    old = tokens.issue(row)
    newer = base64.b64encode(b"n" * 32).decode()
    settings.JWT_SIGNING_KEYS = f"j2:{newer},{settings.JWT_SIGNING_KEYS}"
    assert tokens.opened(old.access).pk == row.pk
    pair = tokens.refresh(old.refresh)
    assert jwt.get_unverified_header(pair.access)["kid"] == "j2"
    settings.JWT_SIGNING_KEYS = f"j2:{newer}"
    assert tokens.opened(pair.access).pk == row.pk
    with pytest.raises(tokens.BadToken):
        tokens.opened(old.access)


def test_processes_that_are_restarted_one_by_one_open_each_others_tokens(
    row: LoginSession, settings: Settings
) -> None:
    """The new key opens everywhere before it signs anywhere."""
    old = settings.JWT_SIGNING_KEYS
    new = f"j2:{base64.b64encode(b'n' * 32).decode()}"
    rings = [old, f"{old},{new}", f"{new},{old}", new]
    live = tokens.issue(row)
    for before, after in itertools.pairwise(rings[:3]):
        for signing, opening in ((before, after), (after, before)):
            settings.JWT_SIGNING_KEYS = signing
            live = tokens.refresh(live.refresh)
            settings.JWT_SIGNING_KEYS = opening
            assert status(live.access) == 200
            live = tokens.refresh(live.refresh)
    # Nothing that was signed by the old one is good for longer than a sign-in is.
    settings.JWT_SIGNING_KEYS = rings[3]
    assert status(live.access) == refreshed(live.refresh).status_code == 401


def test_a_retried_refresh_that_meets_another_key_ends_nobodys_sign_in(
    row: LoginSession, settings: Settings
) -> None:
    old = tokens.issue(row)
    first = tokens.refresh(old.refresh)
    new = f"j2:{base64.b64encode(b'n' * 32).decode()}"
    settings.JWT_SIGNING_KEYS = f"{new},{settings.JWT_SIGNING_KEYS}"
    again = tokens.refresh(old.refresh)
    for pair in (first, again):
        assert status(pair.access) == 200
    following = tokens.refresh(first.refresh)
    assert status(following.access) == 200
    assert refreshed(again.refresh).status_code == 200


@pytest.mark.parametrize("ring", ["", "j2", "j2:x", "j1:{old},j1:{old}", ","])
def test_a_ring_that_is_no_ring_is_told_before_anything_starts(
    ring: str, settings: Settings
) -> None:
    key = settings.JWT_SIGNING_KEYS.partition(":")[2]
    settings.JWT_SIGNING_KEYS = ring.format(old=key)
    assert [each for each in run_checks() if "JWT_SIGNING_KEYS" in each.msg]


def test_refreshing_gives_a_new_pair_and_takes_two_queries(row: LoginSession) -> None:
    pair = tokens.issue(row)
    with CaptureQueriesContext(connection) as queries:
        following = tokens.refresh(pair.refresh)
    assert len(queries) == 2
    assert following.refresh != pair.refresh
    assert tokens.opened(following.access).pk == row.pk


def test_an_access_check_takes_one_query(row: LoginSession) -> None:
    pair = tokens.issue(row)
    with CaptureQueriesContext(connection) as queries:
        tokens.opened(pair.access)
    assert len(queries) == 1


def test_two_dozen_at_once_get_the_same_successor(row: LoginSession) -> None:
    pair = tokens.issue(row)
    barrier = threading.Barrier(24)
    found: list[tokens.Pair] = []
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            barrier.wait()
            found.append(tokens.refresh(pair.refresh))
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len({each.refresh for each in found}) == 1
    assert len({each.access for each in found}) == 1
    row.refresh_from_db()
    assert row.generation == 1 and not row.ending


def test_a_lost_answer_is_given_again_for_ten_seconds(row: LoginSession) -> None:
    pair = tokens.issue(row)
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        first = tokens.refresh(pair.refresh)
        clock.move_to(start + timedelta(seconds=10))
        assert tokens.refresh(pair.refresh).refresh == first.refresh
        clock.move_to(start + timedelta(seconds=11))
        assert refreshed(pair.refresh).json()["code"] == "session_reused"


def test_a_copied_refresh_token_ends_the_sign_in_for_thief_and_owner(
    alice: User,
) -> None:
    meta = sign_in()
    second = refreshed(meta["refresh_token"]).json()["data"]
    third = refreshed(second["refresh_token"]).json()["data"]
    # The grandparent was copied: even within seconds it is no lost answer.
    answer = refreshed(meta["refresh_token"])
    assert (answer.status_code, answer.json()["code"]) == (401, "session_reused")
    assert refreshed(third["refresh_token"]).status_code == 401
    assert status(third["access_token"]) == 401
    assert LoginSession.objects.get().ending == Ending.REUSED
    (letter,) = mail.outbox
    assert letter.to == ["alice@example.com"]
    assert meta["refresh_token"] not in str(letter.body)


def test_refreshing_does_not_outlast_an_end_in_between(row: LoginSession) -> None:
    pair = tokens.issue(row)
    barrier = threading.Barrier(2)
    answers: list[object] = []

    def ask() -> None:
        try:
            barrier.wait()
            answers.append(tokens.refresh(pair.refresh))
        except sessions.Over as over:
            answers.append(over)
        finally:
            connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    barrier.wait()
    sessions.end([row], Ending.ENDED)
    thread.join()
    assert len(answers) == 1
    if isinstance(answers[0], tokens.Pair):
        with pytest.raises(sessions.Over):
            tokens.opened(answers[0].access)


def endings(alice: User, row: LoginSession) -> Iterator[tuple[str, Callable[[], Any]]]:
    yield "session_ended", lambda: sessions.end([row], Ending.ENDED)
    yield "session_suspended", lambda: User.objects.update(is_active=False)
    yield "session_password", lambda: User.objects.update(password="x")


@pytest.mark.parametrize("which", range(3))
def test_what_ends_it_counts_with_the_next_request(
    which: int, alice: User, row: LoginSession
) -> None:
    pair = tokens.issue(row)
    assert status(pair.access) == 200
    code, change = list(endings(alice, row))[which]
    change()
    client = Client(headers={"authorization": f"Bearer {pair.access}"})
    answer = client.get(WHO)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == "Bearer"
    assert refreshed(pair.refresh).status_code == 401


def test_a_deleted_person_is_no_error_of_ours(row: LoginSession, alice: User) -> None:
    pair = tokens.issue(row)
    alice.delete()
    assert (status(pair.access), refreshed(pair.refresh).status_code) == (401, 401)


def test_signing_out_ends_access_and_refresh(alice: User) -> None:
    meta = sign_in()
    client = Client(headers={"authorization": f"Bearer {meta['access_token']}"})
    assert client.delete(WHO).status_code == 401
    assert status(meta["access_token"]) == 401
    assert refreshed(meta["refresh_token"]).status_code == 401


def test_changing_the_password_keeps_this_app_and_ends_the_others(alice: User) -> None:
    here, elsewhere = sign_in(), sign_in()
    new = "another-walk-by-the-sea"
    body = {"current_password": PASSWORD, "new_password": new}
    answer = post("/account/password/change", body, here["access_token"])
    assert answer.status_code == 200, answer.content
    meta = answer.json()["meta"]
    assert status(meta["access_token"]) == 200
    following = refreshed(meta["refresh_token"])
    assert following.status_code == 200
    assert status(elsewhere["access_token"]) == 401
    # What was handed out before is an old copy now.
    assert refreshed(here["refresh_token"]).status_code == 401


def test_a_copy_of_this_apps_tokens_does_not_survive_its_new_password(
    alice: User,
) -> None:
    """Not for the five minutes of the one nor for the ten seconds of the other."""
    old = sign_in()
    body = {"current_password": PASSWORD, "new_password": "another-walk-by-the-sea"}
    answer = post("/account/password/change", body, old["access_token"])
    assert status(old["access_token"]) == 401
    assert refreshed(old["refresh_token"]).status_code == 401
    assert status(answer.json()["meta"]["access_token"]) == 200


def test_the_key_of_a_pending_sign_in_is_worth_nothing_after_it(alice: User) -> None:
    pending = post("/auth/login", {"email": "alice@example.com", "password": "wrong"})
    key = pending.json().get("meta", {}).get("session_token", "")
    meta = sign_in()
    for each in filter(None, (key, str(LoginSession.objects.get().pk))):
        client = Client(headers={"x-session-token": each})
        assert client.get(WHO).status_code in (401, 410)
    # Nor is what the server remembers it by.
    redis = get_redis_connection()
    names = [name.decode().rpartition(":")[2] for name in redis.keys("*session*")]
    assert names
    for name in names:
        client = Client(headers={"x-session-token": name})
        assert client.get(WHO).status_code in (401, 410)
    assert status(meta["access_token"]) == 200


def test_a_cookie_does_not_help_an_app_nor_a_token_a_page(alice: User) -> None:
    browser = Client()
    form = {"login": alice.email, "password": PASSWORD}
    assert browser.post("/accounts/login/", form).status_code == 302
    assert browser.get(WHO).status_code == 401
    client = Client(headers={"authorization": f"Bearer {sign_in()['access_token']}"})
    assert client.get("/app/").status_code == 302


def test_no_token_lies_in_redis_or_postgresql(alice: User) -> None:
    meta = sign_in()
    status(meta["access_token"])
    redis = get_redis_connection()
    kept = b"".join(redis.dump(key) or b"" for key in redis.keys("*"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT json_agg(t)::text FROM accounts_loginsession t")
        kept += str(cursor.fetchone()).encode()
    for name in ("access_token", "refresh_token"):
        assert meta[name].encode() not in kept
        assert meta[name].rpartition(".")[2].encode() not in kept


def test_what_another_request_has_forgotten_of_an_app_is_not_kept_again(
    row: LoginSession,
) -> None:
    here, there = app_sessions.remembered(row), app_sessions.remembered(row)
    there.flush()
    here["asked"] = "password"
    here.save()
    assert "asked" not in app_sessions.remembered(row)


def test_what_is_remembered_of_an_app_lies_in_one_place(alice: User) -> None:
    meta = sign_in()
    client = Client(headers={"authorization": f"Bearer {meta['access_token']}"})
    client.get(f"{API}/account/email")
    redis = get_redis_connection()
    before = len(redis.keys("*session*"))
    for _ in range(5):
        assert client.get(f"{API}/account/email").status_code == 200
    assert len(redis.keys("*session*")) == before


def test_an_app_changes_the_address_by_the_code_from_the_letter(alice: User) -> None:
    meta = sign_in()
    new = {"email": "alice@second.example"}
    assert post("/account/email", new, meta["access_token"]).status_code == 200
    found = re.search(r"^ *([A-Z0-9]{3,}-[A-Z0-9]{3,}|[A-Z0-9]{6,})$", letter(), re.M)
    assert found, letter()
    answer = post("/auth/email/verify", {"key": found[1]}, meta["access_token"])
    assert answer.status_code == 200, answer.content
    assert EmailAddress.objects.get(email=new["email"]).verified


def letter() -> str:
    return str(mail.outbox[-1].body)
