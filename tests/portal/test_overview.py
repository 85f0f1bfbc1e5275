"""The first page after signing in: the next step, and what is going on."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.analytics.models import PersonDay
from apps.assistant.models import Reminder
from apps.portal import demo
from apps.portal.overview import first_steps
from apps.sms import lanes
from apps.sms.models import InboundText


def test_a_newcomer_is_shown_the_next_step(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("dana@example.com", name="Dana Dahl"))
    page = client.get("/app/").content.decode()
    assert "Hello, Dana" in page
    assert "0 of 5" in page
    assert "Next: verify your email" in page
    assert "No texts yet" in page and "Nothing to be reminded of" in page
    assert "“remind me in half an hour to make tea”" in page


def test_the_steps_leave_once_all_are_done(db: None) -> None:
    demo.people()
    demo.history()
    client = Client()
    alice = User.objects.get(email="alice@example.com")
    client.force_login(alice)
    page = client.get("/app/").content.decode()
    assert all(step.is_done for step in first_steps(alice))
    assert "First steps" not in page
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


@pytest.mark.parametrize("path", ["/app/", "/app/conversation/", "/app/phones/"])
def test_a_page_needs_no_more_queries_when_there_is_more_to_show(
    as_alice: Client, alice: User, path: str
) -> None:
    lane = lanes.lock_person(alice)
    as_alice.get(path)
    with CaptureQueriesContext(connection) as few:
        as_alice.get(path)
    InboundText.objects.bulk_create(
        InboundText(
            sid=f"SM{i:032x}",
            lane=lane,
            user=alice,
            number="+12025550101",
            our_number="+12025550100",
            body=f"text {i}",
        )
        for i in range(300)
    )
    with CaptureQueriesContext(connection) as many:
        as_alice.get(path)
    assert len(many) <= min(len(few), 15)


def test_what_is_written_and_used_keeps_itself_up_to_date(
    as_alice: Client, alice: User
) -> None:
    page = as_alice.get("/app/").content.decode()
    found = re.search(r'data-steady hx-get="([^"]+)"', page)
    assert found is not None
    with CaptureQueriesContext(connection) as queries:
        assert as_alice.get(found[1]).status_code == 204
    assert len(queries) <= 9
    PersonDay.objects.create(
        user_id=alice.pk,
        day=timezone.now().date(),
        direction="in",
        kind="text",
        country="US",
        status="received",
        error_code="",
        texts=1,
        segments=1,
        micros=7_500,
    )
    part = as_alice.get(found[1]).content.decode()
    assert "1 text from you, 0 to you" in part and "<html" not in part
    assert "Last messages" in part and "First steps" not in part
