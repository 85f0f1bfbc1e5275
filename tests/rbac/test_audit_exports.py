"""Operators find events and take them away."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.rbac import audit, exports, ledger, person_keys
from apps.rbac.models import AuditEvent

pytestmark = pytest.mark.usefixtures("clean")


@pytest.fixture
def recorded(alice: User, ada: User) -> None:
    audit.decided("sms.thread.view", allowed=True, actor=ada, subject=alice, obj=alice)
    audit.decided("sms.thread.view", allowed=False, actor=alice, reason="not_owner")
    audit.done("sms.threads.clear", actor=ada, before={"n": 1}, words="=1+1 as asked")
    audit.decided("accounts.session.open", allowed=True, actor=alice, via=["owner"])


def actions(found: Any) -> list[str]:
    return list(found.order_by("id").values_list("action", flat=True))


def read(person: User | None) -> list[dict[str, Any]]:
    pk = person.pk if person else None
    lines = exports.ndjson_lines(AuditEvent.objects.all(), pk)
    return [json.loads(line) for line in lines]


def test_an_export_opens_what_is_sealed_for_one_person_at_most(
    alice: User, ada: User
) -> None:
    audit.done("sms.threads.clear", actor=ada, before={"n": 1})
    audit.done("sms.threads.clear", actor=alice, before={"n": 2})
    told = [(row["before"], row["is_readable"]) for row in read(alice)]
    assert told == [({"n": 2}, True), (None, False)]
    assert [row["before"] for row in read(None)] == [None, None]


def test_filters_chain(recorded: None, alice: User, ada: User) -> None:
    events, now = AuditEvent.objects, timezone.now()
    assert len(actions(events.of_action("sms"))) == 3
    assert actions(events.of_action("sms.thread")) == ["sms.thread.view"] * 2
    assert actions(events.of_action("sms.threads.clear")) == ["sms.threads.clear"]
    assert actions(events.with_outcome("denied").by(alice.pk)) == ["sms.thread.view"]
    assert len(actions(events.about(alice.pk))) == 3
    assert len(actions(events.involving(ada.pk))) == 2
    public_id = str(alice.public_id)
    assert len(actions(events.of_object("accounts.user"))) == 1
    assert len(actions(events.of_object("accounts.user", public_id))) == 1
    assert len(actions(events.of_request("x"))) == 0
    hour = timedelta(hours=1)
    assert len(actions(events.between(now - hour, now + hour))) == 4
    assert len(actions(events.between(None, None))) == 4
    assert len(actions(events.between(now + hour, None))) == 0


def test_ndjson_is_an_object_a_line_newest_first(recorded: None, ada: User) -> None:
    rows = read(ada)
    assert [row["action"] for row in rows][0] == "accounts.session.open"
    assert rows[0]["via"] == ["owner"]
    assert (rows[1]["reason"], rows[1]["before"]) == ("=1+1 as asked", {"n": 1})
    assert rows[2]["reason"] == "not_owner"
    # What was done about another is sealed for them.
    assert [row["is_readable"] for row in rows] == [True, True, True, False]
    person_keys.destroy(ada.pk)
    rows = read(ada)
    assert (rows[1]["reason"], rows[1]["is_readable"]) == ("", False)


def test_csv_has_a_heading_and_no_formulas(recorded: None, ada: User) -> None:
    text = "".join(exports.csv_lines(AuditEvent.objects.all(), ada.pk))
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert list(rows[0]) == list(exports.COLUMNS)
    assert rows[1]["reason"] == "'=1+1 as asked"
    assert rows[1]["before"] == '{"n": 1}'
    assert rows[0]["via"] == '["owner"]' and rows[1]["via"] == ""
    assert rows[0]["on_behalf_of_id"] == ""


@pytest.mark.parametrize("lines", [exports.csv_lines, exports.ndjson_lines])
def test_a_name_that_is_no_text_ends_no_file(
    ada: User, lines: Callable[[Any, int | None], Iterator[str]]
) -> None:
    """Half of a pair, as some browsers send it: no UTF-8 has it."""
    audit.done("accounts.user.change", actor=ada, after={"name": "Ada \ud83d"})
    audit.done("accounts.user.change", actor=ada, words="also \udc00 here")
    sent = "".join(lines(AuditEvent.objects.all(), ada.pk)).encode()
    assert b"Ada" in sent and b"also ? here" in sent


@pytest.mark.parametrize("lines", [exports.csv_lines, exports.ndjson_lines])
def test_an_export_is_streamed_page_by_page(
    lines: Callable[[Any, int | None], Iterator[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PAGE", 10)
    with audit.collecting():
        for number in range(35):
            audit.decided(f"sms.thing.n{number}", allowed=True, actor=1)
    stream = lines(AuditEvent.objects.all(), 1)
    first = [next(stream), next(stream)]
    # What comes meanwhile belongs to the next export.
    audit.decided("sms.thing.later", allowed=True, actor=1)
    with CaptureQueriesContext(connection) as asked:
        text = "".join([*first, *stream])
    assert "later" not in text
    assert all(text.count(f"sms.thing.n{number}") for number in range(35))
    # Two a page: its events and their keys.
    assert len(asked) <= 8


def test_an_empty_export_is_empty() -> None:
    nothing = AuditEvent.objects.none()
    assert list(exports.ndjson_lines(nothing, None)) == []
    assert len(list(exports.csv_lines(nothing, None))) == 1
    assert ledger.opened([]) == []
