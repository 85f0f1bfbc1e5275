"""A whole life of a connection leaves no token and no code in a log, a letter or a row."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection as database
from django.utils import timezone

from apps.accounts.models import User
from apps.integrations import connections, tokens
from apps.integrations.consents import Channel
from apps.integrations.models import Connection, Token
from tests.integrations.connecting import come_back, decided, leave
from tests.integrations.servers import Simulator
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
FEATURES = {
    "google": ["calendar.read", "mail.send"],
    "microsoft": ["calendar.read"],
    "notion": ["pages.read"],
    "youtube": ["videos.read"],
}


def test_nothing_tells_one(
    alice: User,
    providers: Simulator,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    told: set[str] = set()
    pages = []
    browser = signed_in(alice)
    for name, features in FEATURES.items():
        providers.order("decide", account="alice@example.com")
        query = decided(leave(browser, name, features))
        told.add(query["code"])
        pages.append(come_back(browser, name, query).content.decode())
        row = Connection.objects.get(provider=name)
        told |= _secrets()
        tokens.renew_now(row)
        told |= _secrets()
        _fails_every_way(row, providers)
        told |= _secrets()
    pages.append(browser.get("/app/connections/").content.decode())
    for row in Connection.objects.all():
        connections.disconnect(row=row, channel=Channel.PORTAL)
    said = caplog.text + "".join(capfd.readouterr()) + "".join(pages)
    said += "".join(f"{letter.subject} {letter.body}" for letter in mail.outbox)
    said += _rows()
    assert len(told) > 12
    assert [each for each in told if each in said] == []


def _secrets() -> set[str]:
    found = set[str]()
    for token in Token.objects.select_related("connection"):
        secrets = token.open()
        found |= {secrets.access, secrets.refresh}
        assert secrets.access not in repr(secrets) + repr(token)
    return found - {""}


def _fails_every_way(row: Connection, providers: Simulator) -> None:
    path = "/v1/oauth/token" if row.provider == "notion" else "*/token"
    path = "/token" if row.provider in ("google", "youtube") else path
    faults: tuple[dict[str, Any], ...] = (
        {"kind": "garbage"},
        {"kind": "answer", "status": 500, "body": {"access_token": "x"}},
        {"kind": "truncate", "times": 2},
        {"kind": "answer", "status": 401, "body": {"error": "invalid_client"}},
    )
    for fault in faults:
        if row.provider == "notion" and fault["kind"] == "truncate":
            continue  # a rotation that is lost is the end of it
        providers.order("fault", path=path, **fault)
        Connection.objects.filter(pk=row.pk).update(next_attempt_at=None)
        with pytest.raises(tokens.NotNow):
            tokens.renew_now(row)
    past = timezone.now() - timedelta(minutes=9)
    Connection.objects.filter(pk=row.pk).update(next_attempt_at=past)


def _rows() -> str:
    found = []
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += [str(line) for (line,) in cursor.fetchall()]
    return "\n".join(found)
