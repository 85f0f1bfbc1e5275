"""The first page after signing in: the next step, and what is going on."""

import re
from collections.abc import Iterable
from datetime import UTC, date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.analytics import histogram
from apps.analytics.models import PersonDay, PersonSpeed
from apps.assistant.models import Reminder
from apps.integrations.models import Connection
from apps.portal import demo
from apps.portal.overview import first_steps
from apps.sms import lanes
from apps.sms.models import InboundText, Lane


def test_a_newcomer_is_shown_the_next_step(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("dana@example.com", name="Dana Dahl"))
    page = client.get("/app/").content.decode()
    assert "Hello, Dana" in page
    assert "0 of 5" in page
    assert "Next: verify your email" in page
    assert "No texts yet" in page and "Nothing to be reminded of" in page
    # Noughts tell nobody anything.
    assert "tile-figure" not in page
    assert "“remind me in half an hour to make tea”" in page


def test_who_has_linked_a_phone_is_shown_what_to_text(
    as_alice: Client, alice: User
) -> None:
    page = as_alice.get("/app/").content.decode()
    words = "remind%20me%20in%20half%20an%20hour%20to%20make%20tea"
    assert f'href="sms:+12025550100?&amp;body={words}"' in page
    assert 'class="qr" src="data:image/svg+xml' in page
    assert "No texts yet" not in page
    came(lanes.lock_person(alice), alice)
    page = as_alice.get("/app/").content.decode()
    assert words not in page and "tile-figure" in page


def test_the_steps_are_folded_once_all_are_done_and_can_be_opened_again(
    db: None,
) -> None:
    demo.people()
    demo.history()
    client = Client()
    alice = User.objects.get(email="alice@example.com")
    client.force_login(alice)
    page = client.get("/app/").content.decode()
    assert all(step.is_done for step in first_steps(alice))
    assert "Next:" not in page
    folded = re.search(
        r'<details class="card more" id="first-steps">.*?</details>', page, re.S
    )
    assert folded and "First steps: all 5 are done" in folded[0]
    assert "Link a phone" in folded[0] and folded[0].count("(done)") == 5
    assert "call Ana" in page and "Tomorrow, 9:00 AM" in page


def test_only_the_next_three_reminders_are_listed(
    as_alice: Client, alice: User
) -> None:
    for hours in (5, 1, 3, 2, 4):
        Reminder.objects.create(
            user=alice,
            text=f"in {hours} hours",
            due_at=timezone.now() + timedelta(hours=hours),
            zone=alice.timezone,
        )
    page = as_alice.get("/app/").content.decode()
    assert (
        page.index("in 1 hours") < page.index("in 2 hours") < page.index("in 3 hours")
    )
    assert "in 4 hours" not in page
    assert "And 2 more. Text REMINDERS for the whole list." in page
    Reminder.objects.filter(text__in=["in 4 hours", "in 5 hours"]).delete()
    page = as_alice.get("/app/").content.decode()
    assert "more. Text" not in page and "Text REMINDERS" in page


def came(lane: Lane, user: User, which: Iterable[int] = (0,)) -> None:
    InboundText.objects.bulk_create(
        InboundText(
            sid=f"SM{i:032x}",
            lane=lane,
            user=user,
            number="+12025550101",
            our_number="+12025550100",
            body=f"text {i}",
        )
        for i in which
    )


@pytest.mark.parametrize("path", ["/app/", "/app/conversation/", "/app/phones/"])
def test_a_page_needs_no_more_queries_when_there_is_more_to_show(
    as_alice: Client, alice: User, path: str
) -> None:
    lane = lanes.lock_person(alice)
    came(lane, alice)
    as_alice.get(path)
    with CaptureQueriesContext(connection) as few:
        as_alice.get(path)
    came(lane, alice, range(1, 300))
    with CaptureQueriesContext(connection) as many:
        as_alice.get(path)
    assert len(many) <= min(len(few), 15)


def test_the_fullest_overview_needs_no_more_than_fifteen_queries(
    as_alice: Client, alice: User, settings: Settings
) -> None:
    settings.OAUTH_CLIENTS = {"google": ("id", "secret")}
    came(lanes.lock_person(alice), alice)
    counted(alice)
    for uid in "12":
        Connection.objects.create(
            user=alice,
            provider="google",
            uid=uid,
            status="attention",
            reason="refused",
            connected_at=timezone.now(),
        )
    for hours in (1, 2, 3, 4):
        due_at = timezone.now() + timedelta(hours=hours)
        Reminder.objects.create(user=alice, text="tea", due_at=due_at, zone="UTC")
    for is_setting_up in (False, True):
        User.objects.filter(pk=alice.pk).update(is_setting_up=is_setting_up)
        as_alice.get("/app/")
        with CaptureQueriesContext(connection) as queries:
            page = as_alice.get("/app/").content.decode()
        assert page.count("needs attention.") == 2
        assert len(queries) <= 15, [each["sql"] for each in queries]


def counted(user: User, **told: object) -> None:
    """A sum of today, of one text that came."""
    row: dict[str, Any] = {
        "direction": "in",
        "kind": "text",
        "country": "US",
        "status": "received",
        "error_code": "",
        "texts": 1,
        "segments": 1,
        "micros": 7_500,
    }
    PersonDay.objects.create(user_id=user.pk, day=today(), **{**row, **told})


def today() -> date:
    return timezone.now().astimezone(UTC).date()


def test_what_is_written_and_used_keeps_itself_up_to_date(
    as_alice: Client, alice: User
) -> None:
    came(lanes.lock_person(alice), alice)
    page = as_alice.get("/app/").content.decode()
    found = re.search(r'data-steady hx-get="([^"]+)"', page)
    assert found is not None
    with CaptureQueriesContext(connection) as queries:
        assert as_alice.get(found[1]).status_code == 204
    assert len(queries) <= 10
    counted(alice)
    part = as_alice.get(found[1]).content.decode()
    assert "1 text from you, 0 to you" in part and "<html" not in part
    assert "Last messages" in part and "First steps" not in part


def test_the_tiles_tell_of_the_month_and_lead_to_more(
    as_alice: Client, alice: User
) -> None:
    came(lanes.lock_person(alice), alice)
    counted(alice)
    counted(alice, direction="out", status="delivered", texts=2, segments=3)
    PersonSpeed.objects.create(
        user_id=alice.pk, day=today(), bucket=histogram.bucket(800), times=1
    )
    told = {tile.title: tile for tile in as_alice.get("/app/").context["tiles"]}
    assert told["Texts this month"].figure == "3"
    assert told["Texts this month"].more == "1 text from you, 2 to you"
    assert told["Cost this month"].figure == "$0.02"
    assert told["Time to answer"].figure.endswith(" ms")
    assert told["Connections"].figure == "0"
    for tile in told.values():
        assert as_alice.get(tile.url).status_code == 200


@pytest.mark.parametrize(
    ("table", "titles"),
    [
        ("analytics_personday", ["Texts this month", "Cost this month"]),
        ("analytics_personspeed", ["Time to answer"]),
    ],
)
def test_a_tile_that_cannot_be_read_fails_alone(
    transactional_db: None, as_alice: Client, alice: User, table: str, titles: list[str]
) -> None:
    with transaction.atomic():
        came(lanes.lock_person(alice), alice)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO away")
        try:
            answer = as_alice.get("/app/")
        finally:
            cursor.execute(f"ALTER TABLE away RENAME TO {table}")
    told = answer.context["tiles"]
    failed = [tile.title for tile in told if tile.more == "Not to be had right now."]
    assert failed == titles and len(told) == 4
    assert "Last messages" in answer.content.decode()
