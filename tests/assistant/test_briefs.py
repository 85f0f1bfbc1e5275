"""The day in a text: at the person's minute, once, and honest about what is missing."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.accounts import profile
from apps.assistant import briefs, events, features
from apps.assistant.events import Times
from apps.assistant.models import Brief
from apps.core.example import whole
from apps.jobs.models import Job
from apps.sms.models import OutboundText
from tests.api.app import App
from tests.assistant.conftest import Phone
from tests.assistant.factories import ReminderFactory
from tests.factories import PhoneNumberFactory, UserFactory
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator

HALF_PAST_SEVEN = time(7, 30)


@pytest.fixture
def briefed(alice: Phone) -> Phone:
    PhoneNumberFactory.create(user=alice.user, e164="+12025550101")
    briefs.keep(user=alice.user, at=HALF_PAST_SEVEN, now=timezone.now())
    return alice


def written() -> list[str]:
    return [
        briefs.write.function(*job.arguments)
        for job in Job.objects.filter(kind="assistant.brief").order_by("pk")
    ]


def test_it_comes_each_day_at_its_minute_and_once(
    briefed: Phone, clock: time_machine.Traveller
) -> None:
    assert briefs.fire_due(timezone.now()) == 0
    clock.shift(timedelta(hours=22, minutes=30))
    ReminderFactory.create(
        user=briefed.user, text="call Ana", due_at=timezone.now() + timedelta(hours=2)
    )
    assert [briefs.fire_due(timezone.now()) for _ in range(3)] == [1, 0, 0]
    assert written() == written() == ["texted"]
    body = OutboundText.objects.get().body
    assert body.splitlines() == ["Tue 24 Nov:", "9:30 AM call Ana"]
    clock.shift(timedelta(days=1))
    assert briefs.fire_due(timezone.now()) == 1


def test_one_that_is_hours_late_is_left_out(
    briefed: Phone, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(hours=25))
    assert briefs.fire_due(timezone.now()) == 1
    assert not Job.objects.filter(kind="assistant.brief").exists()
    following = Brief.objects.get().next_at
    assert following == datetime(2026, 11, 25, 12, 30, tzinfo=UTC)


def test_half_past_seven_follows_the_person(briefed: Phone) -> None:
    profile.change(user=briefed.user, timezone="Europe/Paris")
    following = Brief.objects.get().next_at
    assert following == datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize("off", ["feature", "brief", "quiet", "frozen"])
def test_it_does_not_come_where_it_is_not_wanted(
    briefed: Phone, clock: time_machine.Traveller, off: str
) -> None:
    clock.shift(timedelta(hours=22, minutes=30))
    if off == "frozen":
        briefed.user.frozen_at = timezone.now()
        briefed.user.save(update_fields=["frozen_at"])
        assert briefs.fire_due(timezone.now()) == 0
        return
    briefs.fire_due(timezone.now())
    if off == "feature":
        features.switch(user=briefed.user, key="brief", is_on=False)
    elif off == "brief":
        briefs.keep(user=briefed.user, at=None, now=timezone.now())
    else:
        profile.change(user=briefed.user, quiet_from=time(22), quiet_until=time(8))
    assert written()[0] in ("not wanted any more", "held back by quiet hours")
    assert not OutboundText.objects.exists()


def test_what_began_the_day_before_is_told_with_its_day(alice: Phone) -> None:
    now = timezone.now()
    times = Times(now - timedelta(hours=12), now + timedelta(hours=1), "UTC")
    events.create(user=alice.user, title="night shift", times=times)
    told = briefs.told(alice.user, now)
    assert "Since Sun 22 Nov, 9:00 PM: night shift" in told


def test_connected_accounts_are_asked_and_silence_is_said(
    alice: Phone, providers: Simulator, clock: time_machine.Traveller
) -> None:
    connect(alice.user, providers, "google", ["mail.read", "calendar.read"])
    assert "Unread mail: 3" in briefs.told(alice.user, timezone.now())
    providers.order(
        "fault", path="/gmail/v1/users/me/messages", kind="garbage", times=9
    )
    told = briefs.told(alice.user, timezone.now())
    assert "did not answer." in told


@pytest.mark.django_db
def test_its_time_is_kept_over_the_api() -> None:
    user = UserFactory.create()
    app, place = App(user), whole("features/brief/time")
    assert app.ask("get", place).json() == {"at": None}
    assert app.ask("put", place, {"at": "07:30"}).json() == {"at": "07:30"}
    assert briefs.of(user) == HALF_PAST_SEVEN
    features.switch(user=user, key="brief", is_on=False)
    refused = app.ask("put", place, {"at": "08:00"})
    assert refused.status_code == 409 and "Daily brief" in refused.json()["detail"]
    assert app.ask("put", place, {"at": None}).json() == {"at": None}
