"""One person's whole journey, and then a look through everything that was kept.

Whatever they typed or were given to prove who they are is searched for in every table,
every key and value in Redis and every line of the log: as it is, and in the spellings
that a careless line of code would make of it.
"""

import base64
import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import redis
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_redis import get_redis_connection

from apps.accounts.models import User
from apps.mfa.models import TOTPDevice
from apps.sms.models import SimulatedText
from tests.factories import PhoneNumberFactory
from tests.sms.conftest import work

ALICE, OTHER = "alice@example.com", "alice.too@example.org"
FACTORS = "/app/settings/security/factors/"
API = "/api/auth/app/v1"
# The simulator plays the phone: a phone shows the codes that it is sent.
PHONE = SimulatedText._meta.db_table


class Journey:
    """What somebody does, and every secret that came up on the way."""

    def __init__(self, clock: Any, log: Callable[[], str]) -> None:
        self.clock, self.log = clock, log
        self.secrets: dict[str, str] = {}
        self.browser = Client()

    def keep(self, name: str, value: str) -> str:
        assert value, name
        self.secrets[f"{len(self.secrets)} {name}"] = value
        return value

    def later(self, **by: float) -> None:
        """Redis has a clock of its own: there a pause between two texts is over."""
        self.clock.shift(timedelta(**by))
        redis = get_redis_connection()
        redis.delete(*redis.keys("limit:code_text_pause:*"), "-")

    def post(self, path: str, **form: str) -> str:
        """Where it leads, or the page."""
        answer = self.browser.post(path, form)
        assert answer.status_code in (200, 302), (path, answer.content)
        for name, cookie in self.browser.cookies.items():
            if name != "csrftoken" and cookie.value:
                self.keep(f"cookie {name}", cookie.value)
        return str(answer.get("Location") or answer.content.decode())

    def ask(
        self, path: str, body: dict[str, str], header: str = "", value: str = ""
    ) -> dict[str, Any]:
        answer = Client(headers={header: value} if header else {}).post(
            API + path, body, content_type="application/json"
        )
        found: dict[str, Any] = answer.json()
        given = {**found.get("data", {}), **found.get("meta", {})}
        for name in ("session_token", "access_token", "refresh_token"):
            if given.get(name):
                self.keep(name, given[name])
                self.keep(f"end of {name}", given[name].rpartition(".")[2])
        return given

    def look(self) -> None:
        """Through all that is kept at this moment."""
        kept = {**tables(), **memory(), "log": self.log()}
        assert "rbac_auditevent" in kept and len(kept) > 60
        assert found(self.secrets, kept) == []

    def password(self, value: str) -> str:
        return self.keep("password", value)

    def letter(self, pattern: str) -> str:
        """What the newest letter with it says."""
        bodies = [str(each.body) for each in reversed(mail.outbox)]
        found = next(filter(None, (re.search(pattern, each) for each in bodies)))
        return self.keep("from a letter", found[1])

    def app_code(self) -> str:
        """Of the authenticator; the next one each time."""
        self.later(seconds=31)
        device = TOTPDevice.objects.latest("pk")
        return self.keep("code of the app", device.code())

    def text(self) -> str:
        work()
        body = SimulatedText.objects.latest("pk").body
        return self.keep("code by text", re.findall(r"\b\d{6}\b", body)[0])

    def prove(self, use: str, code: str, **more: str) -> str:
        return self.post("/accounts/2fa/authenticate/", use=use, code=code, **more)


@pytest.fixture
def journey(
    transactional_db: None,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Journey]:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []

    def log() -> str:
        """Every line so far: ours, and what any package says, also for debugging."""
        said.append(capfd.readouterr().err)
        return "".join(said) + caplog.text

    # Whole seconds: a code of six digits must not be met by chance in a time. In the
    # past: the worker asks the database's own clock what is due.
    start = timezone.now().replace(microsecond=0) - timedelta(hours=2)
    with time_machine.travel(start, tick=False) as clock:
        yield Journey(clock, log)


def signs_up(one: Journey, password: str) -> None:
    one.post("/accounts/signup/", name="Alice", email=ALICE, password1=password)
    waiting = tables()
    assert "queued" in waiting["jobs_letter"]
    code = one.letter(r"code is\s+(\S+)")
    assert found(one.secrets, waiting) == []
    one.look()
    one.post("/accounts/confirm-email/", code=code)
    assert one.browser.get("/app/").status_code == 200


def sets_factors_up(one: Journey) -> list[str]:
    """An app, by its typed key, and texts; the recovery codes."""
    one.post(f"{FACTORS}totp/begin/")
    page = one.browser.get(f"{FACTORS}totp/").content.decode()
    spaced = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page)
    assert spaced
    key = one.keep("key of the app", spaced[0].replace(" ", ""))
    one.keep("spaced key", spaced[0])
    raw = base64.b32decode(key)
    one.keep("raw key", raw.hex())
    one.keep("raw key in base64", base64.b64encode(raw).decode().rstrip("="))
    one.look()
    page = one.post(f"{FACTORS}totp/", code=one.app_code())
    papers = re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", page)
    assert len(papers) == 10
    for paper in papers:
        one.keep("recovery code", paper)
        one.keep("recovery code", paper.replace("-", ""))
        one.keep("secret part of it", paper.replace("-", "")[4:])
    number = PhoneNumberFactory.create(user=User.objects.get(), e164="+12025550101")
    one.post(f"{FACTORS}sms/begin/", number=str(number.public_id))
    code = one.text()
    one.look()
    one.post(f"{FACTORS}sms/", code=code)
    return papers


def signs_in_by_text(one: Journey, password: str) -> None:
    """And has this browser trusted."""
    one.post("/accounts/logout/")
    one.later(minutes=2)
    one.post("/accounts/login/", login=ALICE, password=password)
    one.post("/accounts/2fa/authenticate/", use="sms", text="1")
    assert one.prove("sms", one.text(), trust="1") == "/app/"
    assert any(name.startswith("browser_") for name in one.browser.cookies)


def signs_in_by_app(one: Journey, password: str) -> None:
    pending = one.ask("/auth/login", {"email": ALICE, "password": password})
    given = one.ask(
        "/auth/2fa/authenticate",
        {"factor": "totp", "code": one.app_code()},
        "x-session-token",
        pending["session_token"],
    )
    one.look()
    given = one.ask("/tokens/refresh", {"refresh_token": given["refresh_token"]})
    again = {"factor": "totp", "code": one.app_code()}
    bearer = f"Bearer {given['access_token']}"
    one.ask("/auth/2fa/reauthenticate", again, "authorization", bearer)


def steps_up_and_changes_password(one: Journey, old: str, new: str, paper: str) -> None:
    one.later(minutes=6)
    page = "/accounts/2fa/reauthenticate/"
    one.post(page, use="recovery", code=paper, next="/accounts/password/change/")
    page = "/accounts/password/change/"
    one.post(page, oldpassword=old, password1=new, password2=new)
    assert one.browser.get("/app/").status_code == 200


def changes_address(one: Journey) -> None:
    one.post("/accounts/email/", action_add="", email=OTHER)
    code = one.letter(r"code is\s+(\S+)")
    one.look()
    one.post("/accounts/confirm-email/", code=code)
    assert EmailAddress.objects.get(email=OTHER).verified
    one.later(minutes=6)
    page = "/accounts/2fa/reauthenticate/"
    one.post(page, use="totp", code=one.app_code(), next="/accounts/email/")
    one.post("/accounts/email/", action_primary="", email=OTHER)
    one.letter(r"/revert/([^/\s]+)")


def resets_password(one: Journey, new: str) -> None:
    one.post("/accounts/logout/")
    one.post("/accounts/password/reset/", email=OTHER)
    uid = one.letter(r"/reset/key/([^/\s]+)")
    key = one.keep("key of the link", uid.partition("-")[2])
    page = one.browser.get(f"/accounts/password/reset/key/{uid}/")["Location"]
    assert key not in page
    one.look()
    one.post(page, password1=new, password2=new)


def loses_all_and_finds_it_again(one: Journey, password: str) -> None:
    one.post("/accounts/login/", login=OTHER, password=password)
    one.post("/accounts/2fa/lost/")
    token = one.letter(r"/lost/[^/]+/([^/\s]+)/")
    loss = re.search(rf"/accounts/2fa/lost/[^/]+/{token}/", str(mail.outbox[-1].body))
    assert loss
    one.look()
    assert Client().post(loss[0]).status_code == 200


def test_no_secret_of_a_whole_journey_lies_anywhere(journey: Journey) -> None:
    first, second, third = (
        journey.password(each)
        for each in (
            "three-umbrellas-in-the-rain",
            "nine-Wolves+under a/bridge",
            "purple lanterns & 40% fog",
        )
    )
    signs_up(journey, first)
    paper, another, *_ = sets_factors_up(journey)
    signs_in_by_text(journey, first)
    signs_in_by_app(journey, first)
    steps_up_and_changes_password(journey, first, second, paper)
    changes_address(journey)
    resets_password(journey, third)
    loses_all_and_finds_it_again(journey, third)
    assert journey.prove("recovery", another) == "/app/"
    journey.post("/accounts/logout/")
    journey.look()
    assert len(journey.secrets) > 100
    assert "accounts/2fa/authenticate/" in journey.log()


def test_the_search_finds_what_is_there(journey: Journey) -> None:
    """Else it would prove nothing."""
    secret = journey.password("three-umbrellas-in-the-rain")
    signs_up(journey, secret)
    user = User.objects.get()
    user.name = base64.b64encode(secret.encode()).decode()
    user.save()
    cache.set("typed", {"at": 5, "code": "987654"})
    hits = found(
        {"password": secret, "code": "987654"},
        {**tables(), **memory(), "log": f"path=/?p={quote(secret)}"},
    )
    assert ("password", "accounts_user") in hits and ("password", "log") in hits
    assert [name for name, place in hits if "typed" in place] == ["code"]


def found(secrets: dict[str, str], kept: dict[str, str]) -> list[tuple[str, str]]:
    """Which secrets lie where."""
    hits = []
    for name, secret in secrets.items():
        shapes = re.compile("|".join(_shapes(secret)))
        hits += [(name, place) for place, text in kept.items() if shapes.search(text)]
    return hits


def _shapes(secret: str) -> list[str]:
    """The secret, percent-encoded, in base64 (also inside of something longer) and in
    hexadecimal digits."""
    raw = secret.encode()
    plain = {secret, quote(secret, safe=""), quote_plus(secret), raw.hex()}
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        # Without the ends that share their letter with a neighbour.
        inner = coded[(0, 2, 3)[before] : len(coded) - (len(coded) * 6 % 8 > 0)]
        plain |= {inner, inner.translate(str.maketrans("+/", "-_"))}
    if len(secret) > 8:
        return [re.escape(each) for each in plain]
    # Six digits are met by chance: within a number, a digest, the parts of a second.
    return [rf"(?<![\w.]){re.escape(each)}(?![\w])" for each in plain]


def tables() -> dict[str, str]:
    """Every table's rows as text, as `pg_dump` writes them; bytes are hexadecimal."""
    ours = "schemaname NOT IN ('pg_catalog', 'information_schema')"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT schemaname, tablename FROM pg_tables WHERE {ours}")
        names = cursor.fetchall()
        found = {}
        for schema, table in names:
            if table != PHONE:
                copy = f'COPY (SELECT * FROM "{schema}"."{table}") TO STDOUT'
                with cursor.copy(copy) as rows:
                    found[table] = b"".join(map(bytes, rows)).decode()
    return found


def memory() -> dict[str, str]:
    """Every key and its value in every Redis that the settings name."""
    urls = {settings.REDIS_URL, settings.CELERY_BROKER_URL}
    urls |= {str(cache["LOCATION"]) for cache in settings.CACHES.values()}
    found = {}
    for url in urls:
        with redis.Redis.from_url(url) as client:
            for key in client.scan_iter():
                found[repr(key)] = _text([key, _value(client, key)])
    return found


def _text(value: Any) -> str:
    """Bytes one by one, so that nothing is hidden by how it is written down."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple | set):
        return " ".join(map(_text, value))
    return str(value)


def _value(client: "redis.Redis", key: bytes) -> Any:
    """Not `DUMP`, which squeezes longer values."""
    readers: dict[Any, Any] = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
    }
    return readers[client.type(key)](key)
