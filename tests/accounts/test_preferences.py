"""How somebody reads: their clock, their names of days, their theme."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from apps.accounts import letters, preferences, profile
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
    form = {"clock_hours": "24", "locale": "de", "theme": "dark"}
    answer = as_alice.post(PAGE, form, follow=True)
    page = answer.content.decode()
    assert "Saved." in page
    assert '<html lang="en" data-theme="dark">' in page
    assert '<option value="24" selected>' in page
    alice.refresh_from_db()
    assert (alice.clock_hours, alice.locale, alice.theme) == (24, "de", "dark")


@pytest.mark.parametrize(
    "wrong",
    [
        {"clock_hours": "13"},
        {"clock_hours": "x"},
        {"locale": "xx"},
        {"locale": "de\x00"},
        {"theme": '"><script>'},
        {"theme": ""},
    ],
)
def test_what_is_no_choice_is_refused(
    as_alice: Client, alice: User, wrong: dict[str, str]
) -> None:
    form = {"clock_hours": "24", "locale": "de", "theme": "dark", **wrong}
    answer = as_alice.post(PAGE, form)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'aria-invalid="true"' in page and "<script>" not in page
    # The page itself still looks as it did.
    assert '<html lang="en">' in page
    alice.refresh_from_db()
    assert (alice.clock_hours, alice.locale, alice.theme) == (12, "en", "system")


def test_times_are_read_by_the_persons_clock(alice: User) -> None:
    with time_machine.travel(EVENING, tick=False):
        with preferences.of(alice):
            assert ui.moment(EVENING)["clock"] == "9:15 PM"
        assert letters.in_words(EVENING, alice).endswith("9:15 PM (Europe/Berlin)")
        profile.change(user=alice, clock_hours=24)
        with preferences.of(alice):
            assert ui.moment(EVENING)["clock"] == "21:15"
        assert letters.in_words(EVENING, alice).endswith("21:15 (Europe/Berlin)")


def test_texts_are_read_by_it_too() -> None:
    zone = "Europe/Berlin"
    for hours, time in ((12, "9:15 PM"), (24, "21:15")):
        full = spoken.full(EVENING, zone, now=EVENING, hours=hours)
        assert full == f"Mon 23 Nov, {time}"
        choice = spoken.choice(EVENING, zone, now=EVENING, hours=hours)
        assert choice == f"tonight {time}"


def test_days_have_the_names_of_the_persons_language(alice: User) -> None:
    with time_machine.travel("2026-12-06T12:00:00Z", tick=False):
        assert ui.day_name(EVENING) == "Mon 23 Nov"
        profile.change(user=alice, locale="de")
        with preferences.of(alice):
            assert ui.day_name(EVENING) == "Mo 23 Nov"


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


def test_a_page_for_nobody_has_no_theme(alice: User) -> None:
    User.objects.update(theme="dark")
    assert "data-theme" not in Client().get("/").content.decode()
