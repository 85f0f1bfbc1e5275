"""How somebody reads: their clock, their names of days, their theme."""

from datetime import UTC, datetime, time

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from apps.accounts import letters, preferences, profile, quiet_hours
from apps.accounts.models import User
from apps.assistant.times import spoken
from apps.core.errors import Invalid
from apps.portal.templatetags import ui
from apps.rbac.models import AuditEvent
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/app/settings/preferences/"
# A Monday, a quarter past nine in the evening in Berlin.
EVENING = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)


@pytest.fixture
def alice(db: None) -> User:
    return UserFactory.create(email="alice@example.com", timezone="Europe/Berlin")


@pytest.fixture
def as_alice(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def test_the_choices_are_kept_and_shown(as_alice: Client, alice: User) -> None:
    form = {"clock_hours": "24", "locale": "es-mx", "first_weekday": "6"}
    answer = as_alice.post(PAGE, form, follow=True)
    page = answer.content.decode()
    assert "Guardado." in page
    assert '<option value="24" selected>' in page
    alice.refresh_from_db()
    assert (alice.clock_hours, alice.locale, alice.first_weekday) == (24, "es-mx", 6)


@pytest.mark.parametrize(
    "wrong",
    [
        {"clock_hours": "13"},
        {"clock_hours": "x"},
        {"first_weekday": "3"},
        {"locale": "xx"},
        {"locale": "es\x00"},
        {"locale": "de"},
        {"locale": '"><script>'},
        {"locale": ""},
    ],
)
def test_what_is_no_choice_is_refused(
    as_alice: Client, alice: User, wrong: dict[str, str]
) -> None:
    form = {"clock_hours": "24", "locale": "es", "first_weekday": "0"}
    form |= wrong
    answer = as_alice.post(PAGE, form)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'aria-invalid="true"' in page and "<script>" not in page
    alice.refresh_from_db()
    assert (alice.clock_hours, alice.locale, alice.first_weekday) == (12, "en", 0)


def test_times_are_read_by_the_persons_clock(alice: User) -> None:
    with time_machine.travel(EVENING, tick=False):
        with preferences.of(alice):
            assert "9:15 PM</time>" in ui.moment(EVENING)
        assert letters.in_words(EVENING, alice).endswith("9:15 PM (Europe/Berlin)")
        profile.change(user=alice, clock_hours=24)
        with preferences.of(alice):
            assert "21:15</time>" in ui.moment(EVENING)
        assert letters.in_words(EVENING, alice).endswith("21:15 (Europe/Berlin)")


def test_texts_are_read_by_it_too() -> None:
    zone = "Europe/Berlin"
    for hours, clock in ((12, "9:15 PM"), (24, "21:15")):
        full = spoken.full(EVENING, zone, now=EVENING, hours=hours)
        assert full == f"Mon 23 Nov, {clock}"
        choice = spoken.choice(EVENING, zone, now=EVENING, hours=hours)
        assert choice == f"tonight {clock}"


def test_days_have_the_names_of_the_persons_language(alice: User) -> None:
    with time_machine.travel("2026-12-06T12:00:00Z", tick=False):
        assert ui.day_name(EVENING) == "Mon 23 Nov"
        profile.change(user=alice, locale="es")
        with preferences.of(alice):
            assert ui.day_name(EVENING) == "lun 23 nov"


def test_nobodys_preferences_stay_behind(alice: User) -> None:
    profile.change(user=alice, clock_hours=24)
    with preferences.of(alice):
        pass
    assert preferences.clock(EVENING) == "8:15 PM"


def test_a_change_is_recorded_with_what_was_before(alice: User) -> None:
    last = AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
    assert profile.change(user=alice, theme="dark", locale="en") == ["theme"]
    assert profile.change(user=alice, theme="dark") == []
    events = AuditEvent.objects.filter(id__gt=last)
    assert [each.action for each in events] == ["accounts.user.change"]


@pytest.mark.parametrize(
    ("new", "error"),
    [
        ({"timezone": "Mars/Olympus"}, Invalid),
        ({"locale": "xx"}, Invalid),
        ({"clock_hours": 13}, ValidationError),
        ({"theme": "pink"}, ValidationError),
        ({"name": "x" * 81}, ValidationError),
        ({"name": "Alice\nPaid in full"}, ValidationError),
        ({"name": "\u202eecilA"}, ValidationError),
        ({"name": "\u3164"}, ValidationError),
        ({"quiet_from": time(22)}, Invalid),
        ({"quiet_from": time(7), "quiet_until": time(7)}, Invalid),
        ({"is_active": False}, ValueError),
        ({"email": "x@y.zz"}, ValueError),
    ],
)
def test_the_verb_takes_nothing_else(
    alice: User, new: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        profile.change(user=alice, **new)
    before = User.objects.get()
    assert (before.timezone, before.theme) == ("Europe/Berlin", "system")


@pytest.mark.parametrize(
    "name", ["Zoë", "李小龍", "می\u200cخواهم", "O’Neil-Sáenz 👩\u200d🔬"]
)
def test_names_of_all_scripts_are_names(alice: User, name: str) -> None:
    profile.change(user=alice, name=name)
    assert User.objects.get().name == name


def test_a_page_for_nobody_has_no_theme(alice: User) -> None:
    User.objects.update(theme="dark")
    assert "data-theme" not in Client().get("/").content.decode()


def test_quiet_hours_can_be_switched_off_again(alice: User) -> None:
    profile.change(user=alice, quiet_from=time(22), quiet_until=time(7))
    profile.change(user=alice, quiet_from=None, quiet_until=None)
    assert quiet_hours.end(User.objects.get(), EVENING) is None


@pytest.mark.parametrize(
    ("begin", "until", "now", "end"),
    [
        (22, 7, "2026-11-23T21:59", None),
        (22, 7, "2026-11-23T22:00", "2026-11-24T07:00"),
        (22, 7, "2026-11-24T06:59", "2026-11-24T07:00"),
        (22, 7, "2026-11-24T07:00", None),
        (12, 14, "2026-11-24T13:00", "2026-11-24T14:00"),
        (12, 14, "2026-11-24T14:00", None),
        (12, 14, "2026-11-24T11:59", None),
        # The night in which the clocks go forward, and the one in which they go back.
        (22, 7, "2026-03-28T23:00", "2026-03-29T07:00"),
        (22, 7, "2026-10-24T23:00", "2026-10-25T07:00"),
    ],
)
def test_quiet_hours_are_on_the_persons_own_clock(
    begin: int, until: int, now: str, end: str | None
) -> None:
    alice = User(
        timezone="Europe/Berlin", quiet_from=time(begin), quiet_until=time(until)
    )
    found = quiet_hours.end(
        alice, datetime.fromisoformat(now).replace(tzinfo=alice.zone)
    )
    assert (found and f"{found:%Y-%m-%dT%H:%M}") == end


def test_quiet_hours_end_ahead_in_an_hour_that_is_repeated() -> None:
    alice = User(timezone="Europe/Berlin", quiet_from=time(22), quiet_until=time(2, 30))
    now = datetime(2026, 10, 25, 2, 15, tzinfo=alice.zone, fold=1)
    found = quiet_hours.end(alice, now)
    assert found is not None
    assert (found.astimezone(UTC) - now.astimezone(UTC)).seconds == 15 * 60
