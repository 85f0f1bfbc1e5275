"""Pages of somebody who has ten thousand of everything, in the longest words there are:
few queries, small, and every row on some page."""

import gzip
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.assistant.models import Event, Fact, List, ListItem
from apps.rbac import shares as held
from tests.factories import UserFactory
from tests.portal import crowd
from tests.portal.test_pages_in_chromium import SIGNED_IN

QUERIES, BYTES = 15, 120_000
# Styles and scripts together.
LOADED = 45_000
CROWDED = (
    "/app/",
    "/app/conversation/",
    "/app/reminders/",
    "/app/reminders/?done=1",
    "/app/lists/",
    "/app/calendar/",
    "/app/calendar/?view=day",
    "/app/calendar/?view=list",
    "/app/notes/",
    "/app/notes/?q=gate",
    "/app/memory/",
    "/app/memory/?from=40",
    "/app/memory/?q=thing",
    "/app/usage/",
    "/app/usage/texts/",
    "/app/phones/",
)


def crowded(user: User) -> tuple[str, ...]:
    """Their pages that have many rows."""
    full = List.objects.get(user=user, key="list 0")
    one = f"/app/lists/{full.public_id}/"
    return (*CROWDED, one, f"{one}?from=450")


@pytest.mark.parametrize("is_wordy", [False, True])
def test_no_page_is_large_or_asks_much(
    as_alice: Client, alice: User, is_wordy: bool
) -> None:
    crowd.gather(alice, is_wordy=is_wordy)
    found = {}
    for path in dict.fromkeys((*SIGNED_IN, *crowded(alice))):
        as_alice.get(path)
        with CaptureQueriesContext(connection) as queries:
            answer = as_alice.get(path)
        if answer.status_code == 302:
            continue
        assert answer.status_code == 200, path
        if len(queries) > QUERIES or len(answer.content) > BYTES:
            found[path] = (len(queries), len(answer.content))
    assert found == {}


def followed(client: Client, path: str, words: str, most: int = 30) -> Iterator[str]:
    """The page, and those that its link of these words leads to."""
    for _ in range(most):
        answer = client.get(path)
        assert answer.status_code == 200, path
        page = answer.content.decode()
        yield page
        link = re.search(
            rf'href="([^"]+)">(?:<svg(?:(?!</svg>).)*</svg>)?{words}', page, re.S
        )
        if link is None:
            return
        path = link[1].replace("&amp;", "&")
    raise AssertionError(f"no end of {path}")


def test_every_fact_is_on_a_page_and_is_found(as_alice: Client, alice: User) -> None:
    Fact.objects.bulk_create(
        Fact(
            user=alice, kind="thing" if n % 2 else "person", subject=f"no {n}", text="."
        )
        for n in range(120)
    )
    pages = list(followed(as_alice, "/app/memory/", "Next page"))
    assert len(pages) == 3
    assert "1 to 40 of 120" in pages[0] and "81 to 120 of 120" in pages[2]
    shown = re.findall(r"no (\d+):</span>", "".join(pages))
    assert sorted(map(int, shown)) == list(range(120))
    # A kind that goes on says so again.
    assert [page.count("<h3>People</h3>") for page in pages] == [1, 1, 0]
    found = as_alice.get("/app/memory/", {"q": "no 77"}).content.decode()
    assert re.findall(r"no (\d+):</span>", found) == ["77"] and "With “no 77”" in found
    none = as_alice.get("/app/memory/", {"q": "wifi"}).content.decode()
    assert "Nothing found" in none and "All that is known" in none


def test_what_is_done_on_a_later_part_leads_back_to_it(
    as_alice: Client, alice: User
) -> None:
    row = List.objects.create(user=alice, name="Moving", key="moving")
    ListItem.objects.bulk_create(
        ListItem(list=row, user=alice, text=f"box {n}.") for n in range(91)
    )
    one = f"/app/lists/{row.public_id}/"
    pages = list(followed(as_alice, one, "Next page"))
    shown = re.findall(r"Tick off </span>box (\d+)\.", "".join(pages))
    assert list(map(int, shown)) == list(range(91))
    assert all("91 open" in page for page in pages)
    (form,) = re.findall(
        r'action="([^"]+)"[^<]*<input[^<]*<button class="tick"', pages[-1]
    )
    answer = as_alice.post(form, {"do": "tick"})
    assert answer["Location"] == f"{one}?from=90"
    # It was the last of that part: the one before it is shown.
    page = as_alice.get(answer["Location"]).content.decode()
    assert "61 to 90 of 90" in page and "First page" in page
    assert as_alice.get(one, {"from": "x"}).status_code == 400


def test_every_event_of_a_day_is_on_a_page(as_alice: Client, alice: User) -> None:
    day = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    Event.objects.bulk_create(
        Event(
            user=alice,
            title=f"talk {n}.",
            starts_at=day + timedelta(seconds=n),
            ends_at=day + timedelta(minutes=30, seconds=n),
            zone=alice.timezone,
        )
        for n in range(130)
    )
    on = f"on={day:%Y-%m-%d}"
    week = as_alice.get(f"/app/calendar/?view=week&{on}").content.decode()
    assert week.count("talk ") == 12 and "And 118 more" in week
    link = re.search(r'href="([^"]+)">And 118 more', week)
    assert link is not None
    pages = list(followed(as_alice, link[1].replace("&amp;", "&"), "Next page"))
    shown = re.findall(r"talk (\d+)\.", "".join(pages))
    assert list(map(int, shown)) == list(range(130)) and len(pages) == 4


def test_the_list_of_days_ends_where_it_is_long_and_goes_on_from_there(
    as_alice: Client, alice: User
) -> None:
    begin = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    Event.objects.bulk_create(
        Event(
            user=alice,
            title=f"talk {n}.",
            starts_at=begin + timedelta(days=n // 20, minutes=n % 20),
            ends_at=begin + timedelta(days=n // 20, minutes=n % 20 + 1),
            zone=alice.timezone,
        )
        for n in range(240)
    )
    path = f"/app/calendar/?view=list&on={begin:%Y-%m-%d}"
    pages = [
        page
        for _, page in zip(range(4), followed(as_alice, path, "Later"), strict=False)
    ]
    shown = [re.findall(r"talk (\d+)\.", page) for page in pages]
    assert [len(each) for each in shown] == [60, 60, 60, 60]
    assert [int(n) for each in shown for n in each] == list(range(240))


def test_every_share_is_on_a_page(as_alice: Client, alice: User) -> None:
    row = List.objects.create(user=alice, name="Moving", key="moving")
    people = [UserFactory.create(email=f"p{n}@example.com") for n in range(60)]
    for person in people:
        held.share(by=alice, obj=row, user=person, level="view")
    pages = list(followed(as_alice, "/app/shares/", "Next page"))
    shown = re.findall(r"with (p\d+)@example\.com", "".join(pages))
    assert sorted(shown) == sorted(f"p{n}" for n in range(60))
    one = as_alice.get(f"/app/lists/{row.public_id}/").content.decode()
    assert one.count("Stop sharing") == 20 and "And 40 more." in one


def test_what_a_page_loads_beside_itself_is_small(as_alice: Client) -> None:
    """As it is sent: packed."""
    page = as_alice.get("/app/").content.decode()
    names = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))', page)
    assert len(names) > 5
    sizes = {}
    for name in names:
        found = finders.find(name)
        assert isinstance(found, str), name
        sizes[name] = len(gzip.compress(Path(found).read_bytes()))
    assert sum(sizes.values()) <= LOADED, sizes
