"""Videos are found within what YouTube gives by the day; lists are read whole."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.cache import cache
from django.db import connections
from django_redis import get_redis_connection
from pytest_django import Settings

from apps.accounts.models import User
from apps.core.errors import Invalid, NotFound
from apps.integrations import alerts
from apps.integrations import connections as connections_of
from apps.integrations import day_budgets, videos
from apps.integrations.answers import OutcomeUnknown, ProviderDown, UsedUp
from apps.integrations.capabilities.youtube_videos import SEARCHES
from apps.integrations.day_budgets import Budget, Spent
from apps.integrations.models import DayBudget
from apps.integrations.tokens import NotUsable
from apps.integrations.videos import Library
from tests import races
from tests.factories import UserFactory
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator

pytestmark = pytest.mark.django_db
SEARCH = "/youtube/v3/search"
FEATURES = ["videos.read", "playlists.write"]
NOON = datetime(2031, 3, 3, 20, tzinfo=UTC)  # in California
FEW = Budget(
    "youtube",
    "few",
    "All are used up. Try again tomorrow.",
    "Your share is used up. Try again tomorrow.",
    10,
    2,
    "America/Los_Angeles",
)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def library(alice: User, providers: Simulator) -> Library:
    connect(alice, providers, "youtube", FEATURES)
    (found,) = videos.of(alice)
    return found


def test_videos_are_found(library: Library) -> None:
    found = library.search("bread")
    assert [each.title for each in found] == [
        "Sourdough for beginners",
        "Focaccia with rosemary",
        "Croissants, honestly",
    ]
    first = found[0]
    assert (first.channel, first.about[:6]) == ("Bread Lab", "Flour,")
    assert first.link == f"https://www.youtube.com/watch?v={first.id}"
    assert first.published_at == datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert library.search("bread", most=1) == [first]


def test_equal_searches_are_asked_once_whoever_asks(
    library: Library, bob: User, providers: Simulator
) -> None:
    connect(bob, providers, "youtube", FEATURES)
    (theirs,) = videos.of(bob)
    found = library.search("How  tides\nwork")
    assert theirs.search(" how TIDES work ") == found != []
    assert len(providers.requests(SEARCH)) == 1
    assert DayBudget.objects.get(user_id=0).used == 1
    assert library.search("nothing-has-this") == []
    assert library.search("nothing-has-this") == []
    assert len(providers.requests(SEARCH)) == 2


def test_the_words_of_a_search_are_in_no_key(library: Library) -> None:
    library.search("sourdough")
    keys = [key.decode() for key in get_redis_connection().keys("*youtube.search*")]
    assert len(keys) == 1
    assert "sourdough" not in keys[0]
    assert 0 < get_redis_connection().ttl(keys[0]) <= 24 * 60 * 60


def test_titles_are_no_html(library: Library, providers: Simulator) -> None:
    snippet = {"title": "Tom &amp; Jerry&#39;s", "channelTitle": None}
    item = {"id": {"videoId": "x"}, "snippet": snippet}
    odd = [{"id": "y"}, {"id": {"videoId": 7}}, 3, {}]
    body = {"items": [item, *odd]}
    providers.order("fault", path=SEARCH, kind="answer", body=body)
    (found,) = library.search("cats")
    assert (found.title, found.channel) == ("Tom & Jerry's", "")


def test_who_may_not_search_finds_nothing_in_the_cache(
    library: Library, bob: User, providers: Simulator
) -> None:
    library.search("bread")
    connect(bob, providers, "youtube", ["playlists.write"])
    (theirs,) = videos.of(bob)
    assert theirs.can == {"playlist.add"}
    with pytest.raises(Exception, match="not switched on"):
        theirs.search("bread")


def test_a_search_that_fails_is_not_remembered(
    library: Library, providers: Simulator
) -> None:
    providers.order("fault", path=SEARCH, kind="answer", status=400)
    with pytest.raises(Exception, match="did not take that"):
        library.search("bread")
    assert library.search("bread") != []


def test_over_the_budget_nobody_is_asked(
    library: Library, providers: Simulator
) -> None:
    with time_machine.travel(NOON):
        library.search("bread")
        DayBudget.objects.filter(user_id=0).update(used=100)
        with pytest.raises(Spent, match="used up. Try again tomorrow") as caught:
            library.search("yoga")
        assert 0 <= 12 * 60 * 60 + 1 - caught.value.retry_after <= 60
        assert library.search("bread") != []
    assert len(providers.requests(SEARCH)) == 1


def test_what_youtube_says_is_used_up_is_used_up(
    library: Library, providers: Simulator
) -> None:
    """Somebody else may search with our client."""
    providers.order("set", searches=0)
    with pytest.raises(UsedUp, match="no more of these today"):
        library.search("bread")
    assert day_budgets.left(SEARCHES) == 0
    with pytest.raises(Spent):
        library.search("yoga")
    assert len(providers.requests(SEARCH)) == 1, "no use to ask again"


def test_what_youtube_was_not_asked_is_given_back(
    library: Library, settings: Settings
) -> None:
    connections_of.pause(row=library.connection, channel="portal")
    with pytest.raises(NotUsable):
        library.search("bread")
    connections_of.resume(row=library.connection, channel="portal")
    settings.PROVIDER_BASE_URLS = {"youtube": "http://127.0.0.1:1"}
    with pytest.raises(ProviderDown):
        library.search("bread")
    assert day_budgets.left(SEARCHES) == SEARCHES.a_day
    assert not DayBudget.objects.filter(used__gt=0).exists()


def test_what_may_have_been_asked_is_not_given_back(
    library: Library, providers: Simulator
) -> None:
    providers.order("fault", path=SEARCH, kind="lose")
    providers.order("fault", path=SEARCH, kind="answer", status=503, times=2)
    with pytest.raises(ProviderDown):
        library.search("bread")
    assert day_budgets.left(SEARCHES) == SEARCHES.a_day - 1


def test_operators_hear_when_little_is_left(library: Library) -> None:
    rule = {each.key: each for each in alerts.RULES}["integrations.youtube_searches"]
    assert rule.measure() == 0
    library.search("bread")
    DayBudget.objects.filter(user_id=0).update(used=95)
    assert rule.measure() == 95
    assert rule.above < 95


def test_a_day_begins_when_it_does_in_california(alice: User) -> None:
    for at, used in (
        (datetime(2031, 3, 4, 7, 59, tzinfo=UTC), [1]),
        (datetime(2031, 3, 4, 8, 1, tzinfo=UTC), [1, 1]),
        (datetime(2031, 7, 4, 6, 59, tzinfo=UTC), [1, 1, 1]),
        (datetime(2031, 7, 4, 7, 1, tzinfo=UTC), [1, 1, 1, 1]),
    ):
        with time_machine.travel(at):
            day_budgets.take(FEW, alice)
        rows = DayBudget.objects.filter(user_id=0).order_by("day")
        assert list(rows.values_list("used", flat=True)) == used


def test_nobody_takes_more_than_is_left_for_the_others(alice: User, bob: User) -> None:
    assert taken(FEW, alice) == 5
    assert taken(FEW, bob) == 3, "two are left then, and two are everybody's"
    assert taken(FEW, UserFactory.create()) == 2
    assert taken(FEW, UserFactory.create()) == 0
    assert day_budgets.left(FEW) == 0


def test_an_installation_of_one_has_half_of_it(alice: User) -> None:
    with pytest.raises(Spent, match="Your share of today’s YouTube searches"):
        for _ in range(100):
            day_budgets.take(SEARCHES, alice)
    assert day_budgets.left(SEARCHES) == 50


def taken(budget: Budget, user: User) -> int:
    for count in range(1_000):
        try:
            day_budgets.take(budget, user)
        except Spent:
            return count
    raise AssertionError("without end")


@pytest.mark.django_db(transaction=True)
def test_threads_at_once_take_what_there_is_and_no_more() -> None:
    people = [UserFactory.create() for _ in range(8)]
    turn, lock = iter(range(32)), threading.Lock()

    def take() -> str:
        with lock:
            mine = next(turn)
        day_budgets.take(FEW, people[mine % 8])
        return "taken"

    found = races.together(32, take)
    connections.close_all()
    assert found.count("taken") == 10
    assert DayBudget.objects.get(user_id=0).used == 10
    rows = DayBudget.objects.exclude(user_id=0)
    assert sum(row.used for row in rows) == 10, "what was refused is not counted"


def test_lists_are_read_whole(library: Library) -> None:
    found = library.subscriptions()
    assert len(found) == 7
    assert found[0].title == "Bread Lab"
    assert found[0].link.startswith("https://www.youtube.com/channel/")
    assert library.subscriptions(most=2) == found[:2]


def test_a_video_is_added_to_a_playlist(library: Library) -> None:
    _, bread, _ = library.playlists()
    assert (bread.title, bread.count) == ("Bread", 0)
    (video,) = library.search("sourdough")
    library.add(playlist_id=bread.id, video_id=video.id)
    assert library.playlists()[1].count == 1
    with pytest.raises(NotFound):
        library.add(playlist_id="none", video_id=video.id)


def test_one_that_may_have_been_added_is_not_added_again(
    library: Library, providers: Simulator
) -> None:
    path = "/youtube/v3/playlistItems"
    bread = library.playlists()[1]
    (video,) = library.search("sourdough")
    providers.order("fault", path=path, kind="lose")
    with pytest.raises(OutcomeUnknown):
        library.add(playlist_id=bread.id, video_id=video.id)
    assert len(providers.requests(path)) == 1
    assert library.playlists()[1].count == 1


@pytest.mark.parametrize("words", ["", " \n", "x" * 201])
def test_no_words_are_no_search(words: str, library: Library) -> None:
    with pytest.raises(Invalid):
        library.search(words)
    assert not DayBudget.objects.exists()
