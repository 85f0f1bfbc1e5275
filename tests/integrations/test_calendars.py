"""A person's calendars are read and written alike, whoever keeps them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.models import User
from apps.core.errors import Conflict, Invalid, NotFound
from apps.integrations import calendars
from apps.integrations.answers import FeatureOff, Refused
from apps.integrations.calendars import Busy, Calendar
from apps.integrations.models import Usage
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator

pytestmark = pytest.mark.django_db
NEW_YORK, TOKYO = ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")
# No week of the demo account.
MONDAY = datetime(2031, 3, 3, 9, tzinfo=NEW_YORK)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEATURES = ["calendar.read", "calendar.write"]
OF_EVENT = {"google": "/calendar/v3/*", "microsoft": "/v1.0/me/events*"}


@pytest.fixture(params=["google", "microsoft"])
def calendar(
    request: pytest.FixtureRequest, alice: User, providers: Simulator
) -> Calendar:
    connect(alice, providers, request.param, FEATURES)
    (found,) = calendars.of(alice)
    return found


def test_what_was_made_is_read_changed_and_removed(calendar: Calendar) -> None:
    made = calendar.create(
        title="Tea & cake",
        start=MONDAY,
        end=MONDAY + HOUR,
        place="Green Leaf",
        notes="Bring lemons",
        attendees=["bob@example.com"],
        key="tea",
    )
    (seen,) = calendar.events(start=MONDAY, end=MONDAY + DAY)
    assert (seen.id, seen.title, seen.place) == (made.id, "Tea & cake", "Green Leaf")
    assert (seen.start, seen.end) == (MONDAY, MONDAY + HOUR)
    assert (seen.zone, seen.start.hour) == ("America/New_York", 9)
    assert seen.attendees == ("bob@example.com",)
    assert seen.link.startswith("https://")
    assert not seen.is_all_day and seen.is_busy
    moved = calendar.update(made.id, start=MONDAY + HOUR, end=MONDAY + 2 * HOUR)
    assert (moved.title, moved.start.hour) == ("Tea & cake", 10)
    assert calendar.update(made.id, title="Coffee").start == moved.start
    calendar.delete(made.id)
    assert calendar.events(start=MONDAY, end=MONDAY + DAY) == []
    with pytest.raises(NotFound):
        calendar.delete(made.id)


def test_the_same_key_makes_it_once(calendar: Calendar) -> None:
    for _ in range(3):
        made = calendar.create(title="Tea", start=MONDAY, end=MONDAY + HOUR, key="k")
    other = calendar.create(title="Tea", start=MONDAY, end=MONDAY + HOUR, key="l")
    seen = calendar.events(start=MONDAY, end=MONDAY + DAY)
    assert {each.id for each in seen} == {made.id, other.id}
    assert len(seen) == 2


@pytest.mark.parametrize("kind", ["lose", "truncate", "garbage"])
def test_an_event_whose_answer_is_lost_is_made_once(
    kind: str, calendar: Calendar, providers: Simulator
) -> None:
    path = OF_EVENT[calendar.connection.provider]
    providers.order("fault", path=path, method="POST", kind=kind)
    made = calendar.create(title="Tea", start=MONDAY, end=MONDAY + HOUR, key="k")
    seen = calendar.events(start=MONDAY, end=MONDAY + DAY)
    assert [each.id for each in seen] == [made.id]


def test_one_that_was_removed_is_not_made_again_with_its_key(
    alice: User, providers: Simulator
) -> None:
    connect(alice, providers, "google", FEATURES)
    (calendar,) = calendars.of(alice)
    made = calendar.create(title="Tea", start=MONDAY, end=MONDAY + HOUR, key="k")
    calendar.delete(made.id)
    with pytest.raises(Conflict, match="removed since"):
        calendar.create(title="Tea", start=MONDAY, end=MONDAY + HOUR, key="k")


@pytest.mark.parametrize("kind", ["lose", "truncate"])
def test_a_removal_whose_answer_is_lost_is_done(
    kind: str, calendar: Calendar, providers: Simulator
) -> None:
    made = calendar.create(title="Tea", start=MONDAY, end=MONDAY + HOUR, key="k")
    path = OF_EVENT[calendar.connection.provider]
    providers.order("fault", path=path, method="DELETE", kind=kind)
    calendar.delete(made.id)
    assert calendar.events(start=MONDAY, end=MONDAY + DAY) == []


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "Pacific/Auckland"])
def test_a_whole_day_is_that_day_wherever_one_is(calendar: Calendar, zone: str) -> None:
    first = datetime(2031, 5, 10, tzinfo=ZoneInfo(zone))
    made = calendar.create(
        title="Fair", start=first, end=first, is_all_day=True, key="k", zone=zone
    )
    assert (made.start, made.end, made.is_all_day) == (first, first + DAY, True)
    if calendar.connection.provider == "google" and zone != "America/New_York":
        return  # there it belongs to the zone of the calendar
    late = first + 21 * HOUR
    seen = calendar.events(start=late, end=late + HOUR, zone=zone)
    assert [(each.start, each.end) for each in seen] == [(first, first + DAY)]
    assert calendar.events(start=first + DAY, end=first + 2 * DAY, zone=zone) == []
    assert calendar.events(start=first - DAY, end=first, zone=zone) == []


def test_a_whole_day_of_another_zone_is_that_day(
    alice: User, providers: Simulator
) -> None:
    """As some programs send it to Graph: midnight of their own zone."""
    connect(alice, providers, "microsoft", FEATURES)
    (calendar,) = calendars.of(alice)
    for day, zone in ((10, "Asia/Tokyo"), (20, "America/Los_Angeles")):
        edge = datetime(2031, 5, day, tzinfo=ZoneInfo(zone))
        made = calendar.ask("calendar.create").call(
            body={
                "subject": "Fair",
                "isAllDay": True,
                "start": {"dateTime": f"{edge:%Y-%m-%dT%H:%M:%S}", "timeZone": zone},
                "end": {
                    "dateTime": f"{edge + DAY:%Y-%m-%dT%H:%M:%S}",
                    "timeZone": zone,
                },
            }
        )
        assert made["id"]
        mine = datetime(2031, 5, day, tzinfo=NEW_YORK)
        (seen,) = calendar.events(start=mine, end=mine + DAY)
        assert (seen.start, seen.end) == (mine, mine + DAY)


def test_a_timed_one_becomes_a_whole_day_and_back(calendar: Calendar) -> None:
    made = calendar.create(title="Tea", start=MONDAY, end=MONDAY + HOUR, key="k")
    day = MONDAY.replace(hour=0)
    whole = calendar.update(made.id, start=day, end=day + 2 * DAY, is_all_day=True)
    assert (whole.start, whole.end, whole.is_all_day) == (day, day + 2 * DAY, True)
    timed = calendar.update(made.id, start=MONDAY, end=MONDAY + HOUR)
    assert (timed.start, timed.is_all_day) == (MONDAY, False)


def test_it_is_read_page_by_page_and_in_order(calendar: Calendar) -> None:
    for at in reversed(range(13)):  # three pages of the simulator
        start = MONDAY + at * HOUR / 2
        calendar.create(title=f"No {at}", start=start, end=start + HOUR, key=str(at))
    seen = calendar.events(start=MONDAY, end=MONDAY + DAY)
    assert [each.title for each in seen] == [f"No {at}" for at in range(13)]
    first = calendar.events(start=MONDAY, end=MONDAY + DAY, most=3)
    assert [each.title for each in first] == ["No 0", "No 1", "No 2"]


def test_the_hour_that_comes_twice_is_told_apart(calendar: Calendar) -> None:
    """The clocks of New York go back on 2031-11-02: 1:30 is there twice."""
    first = datetime(2031, 11, 2, 5, 30, tzinfo=UTC)
    for at in range(2):
        start = first + at * HOUR
        calendar.create(title=str(at), start=start, end=start + HOUR / 2, key=str(at))
    seen = calendar.events(start=first - HOUR, end=first + 3 * HOUR)
    assert [each.start.strftime("%H:%M %Z") for each in seen] == [
        "01:30 EDT",
        "01:30 EST",
    ]


def test_busy_times_are_joined_and_cut_to_what_was_asked(calendar: Calendar) -> None:
    for key, start, hours in (("a", 0, 2.0), ("b", 1, 2.0), ("c", 5, 1.0)):
        at = MONDAY + start * HOUR
        calendar.create(title=key, start=at, end=at + hours * HOUR, key=key)
    seen = calendar.busy(start=MONDAY + HOUR / 2, end=MONDAY + 5.5 * HOUR)
    assert seen == [
        Busy(MONDAY + HOUR / 2, MONDAY + 3 * HOUR),
        Busy(MONDAY + 5 * HOUR, MONDAY + 5.5 * HOUR),
    ]


def test_when_one_is_busy_is_told_without_what(
    alice: User, providers: Simulator
) -> None:
    connect(alice, providers, "google", ["calendar.busy", "calendar.write"])
    (calendar,) = calendars.of(alice)
    calendar.create(title="Tea", start=MONDAY, end=MONDAY + HOUR, key="k")
    providers.order("clear_log")
    seen = calendar.busy(start=MONDAY, end=MONDAY + DAY)
    assert seen == [Busy(MONDAY, MONDAY + HOUR)]
    assert [each["path"] for each in providers.requests()] == ["/calendar/v3/freeBusy"]
    with pytest.raises(FeatureOff, match="See your calendar"):
        calendar.events(start=MONDAY, end=MONDAY + DAY)


def test_a_person_has_the_calendars_that_work(
    alice: User, bob: User, providers: Simulator
) -> None:
    connect(alice, providers, "google", ["mail.send"])
    assert calendars.of(alice) == []
    connect(alice, providers, "microsoft", ["calendar.read"])
    connect(
        alice, providers, "google", ["calendar.write"], account="alice@work.example"
    )
    microsoft, google = calendars.of(alice)
    assert microsoft.can == {
        "calendar.list",
        "calendar.busy",
        "calendar.changes",
        "calendar.made",
        "calendar.instances",
    }
    assert google.can == {
        "calendar.create",
        "calendar.made",
        "calendar.update",
        "calendar.delete",
    }
    assert str(google) == "Google, alice@work.example"
    assert calendars.of(bob) == []


def test_what_was_not_granted_is_not_there(alice: User, providers: Simulator) -> None:
    scope = "https://www.googleapis.com/auth/calendar.events.readonly"
    connect(alice, providers, "google", FEATURES, scopes=["openid", "email", scope])
    (calendar,) = calendars.of(alice)
    assert calendar.can == {"calendar.list", "calendar.changes"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"end": MONDAY - HOUR}, "ends before"),
        ({"attendees": ["bob"]}, "no mail address"),
        ({"attendees": [f"p{n}@example.com" for n in range(51)]}, "at most"),
        ({"title": "x" * 301}, "too long"),
        ({"zone": "Mars/Base"}, "time zone"),
        ({"zone": "../etc/passwd"}, "time zone"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_before_anybody_is_asked(
    wrong: dict[str, object], words: str, calendar: Calendar, providers: Simulator
) -> None:
    providers.order("clear_log")
    plan = {"title": "Tea", "start": MONDAY, "end": MONDAY + HOUR, "key": "k"}
    with pytest.raises(Invalid, match=words):
        calendar.create(**{**plan, **wrong})  # type: ignore[arg-type]  # that is it
    with pytest.raises(Invalid, match="ends before"):
        calendar.events(start=MONDAY, end=MONDAY)
    with pytest.raises(Invalid, match="a year"):
        calendar.events(start=MONDAY, end=MONDAY + 400 * DAY)
    with pytest.raises(Invalid, match="when it ends"):
        calendar.update("x", start=MONDAY)
    assert not providers.requests()


@pytest.mark.parametrize("name", ["", ".", "..", "x" * 1025])
def test_an_id_leads_nowhere_else(
    name: str, calendar: Calendar, providers: Simulator
) -> None:
    providers.order("clear_log")
    with pytest.raises(NotFound):
        calendar.delete(name)
    assert not providers.requests()
    with pytest.raises(NotFound):
        calendar.delete("../../../oauth2/v2/userinfo?x=#")
    (asked,) = providers.requests(method="DELETE")
    assert asked["path"].endswith("/events/../../../oauth2/v2/userinfo?x=#")


def test_an_event_is_read_whatever_is_in_it(alice: User, providers: Simulator) -> None:
    connect(alice, providers, "google", FEATURES)
    (calendar,) = calendars.of(alice)
    edge = {"dateTime": "2031-03-03T15:00:00Z"}
    items = [
        {"id": "a", "start": edge, "end": {}},
        {"id": "b", "start": edge},
        {"start": edge, "end": edge},
        {"id": "c", "start": {"date": "soon"}, "end": {"date": "later"}},
        "no event",
        {"id": "d", "start": edge, "end": edge, "status": "cancelled"},
        {
            "id": "e",
            "start": edge,
            "end": edge,
            "summary": "A\u202e\x1b[31m\nB" + "x" * 999,
            "htmlLink": "javascript:alert(1)",
            "attendees": "nobody",
        },
    ]
    providers.order("fault", path="/calendar/*", kind="answer", body={"items": items})
    (seen,) = calendar.events(start=MONDAY, end=MONDAY + DAY)
    assert seen.title.startswith("A[31m Bx")
    assert (len(seen.title), seen.link, seen.attendees) == (300, "", ())


@pytest.mark.parametrize(
    "listed", [5, {}, "none", [5, None], [{"start": 7}], [{"id": "a", "start": {}}]]
)
def test_what_cannot_be_read_is_no_empty_calendar(
    listed: object, calendar: Calendar, providers: Simulator
) -> None:
    body = {"items": listed, "value": listed}
    providers.order("fault", path="*", kind="answer", body=body, times=2)
    with pytest.raises(Refused, match="answered what cannot be"):
        calendar.events(start=MONDAY, end=MONDAY + DAY)


@pytest.mark.parametrize("rows", [5, {"start": 1}, [{"start": "x", "end": "y"}], [7]])
def test_nobody_is_free_at_a_time_that_cannot_be_read(
    rows: object, alice: User, providers: Simulator
) -> None:
    connect(alice, providers, "google", ["calendar.busy"])
    (calendar,) = calendars.of(alice)
    body = {"calendars": {"primary": {"busy": rows}}}
    providers.order("fault", path="/calendar/*", kind="answer", body=body)
    with pytest.raises(Refused, match="answered what cannot be"):
        calendar.busy(start=MONDAY, end=MONDAY + DAY)


def test_half_a_character_is_sent_to_nobody(
    calendar: Calendar, providers: Simulator
) -> None:
    providers.order("clear_log")
    with pytest.raises(Invalid, match="nobody can read"):
        calendar.create(title="Tea \ud83d", start=MONDAY, end=MONDAY + HOUR, key="tea")
    with pytest.raises(Invalid, match="nobody can read"):
        calendar.delete("\ud83d")
    assert providers.requests() == []
    assert not Usage.objects.exists()
