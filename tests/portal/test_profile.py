"""What a person is called, and where their clock stands."""

import pytest
from django.test import Client

from apps.accounts.models import User

PAGE = "/app/settings/profile/"


def test_name_and_zone_are_saved_and_times_follow(
    as_alice: Client, alice: User
) -> None:
    form = {"name": "Alice A.", "timezone": "Asia/Tokyo"}
    answer = as_alice.post(PAGE, form, follow=True)
    assert "Saved." in answer.content.decode()
    alice.refresh_from_db()
    assert (alice.name, alice.timezone) == ("Alice A.", "Asia/Tokyo")
    as_alice.post(PAGE, form)
    told = as_alice.get("/app/activity/").content.decode()
    assert told.count("Changed the profile or preferences") == 1


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "UTC\x00"])
def test_a_zone_that_does_not_exist_is_refused(
    as_alice: Client, alice: User, zone: str
) -> None:
    answer = as_alice.post(PAGE, {"name": "X", "timezone": zone})
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in answer.content.decode()
    alice.refresh_from_db()
    assert (alice.name, alice.timezone) == ("Alice Archer", "America/New_York")


def test_nothing_but_name_and_zone_can_be_set(as_alice: Client, alice: User) -> None:
    form = {"name": "Alice", "timezone": "UTC", "is_staff": "1", "email": "x@y.zz"}
    as_alice.post(PAGE, form)
    alice.refresh_from_db()
    assert not alice.is_staff
    assert alice.email == "alice@example.com"


def test_the_choice_is_grouped_by_region(as_alice: Client) -> None:
    page = as_alice.get(PAGE).content.decode()
    assert '<optgroup label="Europe">' in page
    assert '<option value="America/New_York" selected>New York</option>' in page
