"""How the console looks: it fits, rows are cards on a phone, little is loud."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from apps.accounts.models import User
from apps.integrations import granted
from apps.portal import demo
from tests.analytics.rows import cost, drained
from tests.integrations.accounts import connected

WIDER = "document.documentElement.scrollWidth - innerWidth"
CUT = """() => [...document.querySelectorAll('.form-row')]
    .filter(row => row.scrollWidth > row.clientWidth).map(row => row.className)"""
# What is filled with the accent and can be pressed.
LOUD = """() => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.setProperty('color', 'var(--c-accent)');
    const accent = getComputedStyle(probe).color;
    probe.remove();
    return [...document.querySelectorAll('#content :is(a, button, input)')]
        .filter(each => each.checkVisibility())
        .filter(each => getComputedStyle(each).backgroundColor === accent)
        .map(each => each.textContent || each.value);
}"""
SHOUTED = """() => [...document.querySelectorAll('body *')]
    .filter(each => each.checkVisibility() && each.textContent.trim())
    .filter(each => getComputedStyle(each).textTransform === 'uppercase')
    .map(each => each.textContent.trim())"""
LABEL = "cell => getComputedStyle(cell, '::before').content"


@pytest.fixture
def ada(page: Page, complaints: list[str], sign_in: Callable[[str], None]) -> Page:
    demo.people()
    sign_in("ada@example.com")
    return page


def alice() -> User:
    return User.objects.get(email="alice@example.com")


@pytest.mark.parametrize("width", [320, 360])
def test_figures_fit_on_a_phone(ada: Page, site: str, width: int) -> None:
    demo.history()
    connected(alice(), "google")
    cost(alice(), "out", timezone.now(), 1_234_567_890)
    drained()
    ada.set_viewport_size({"width": width, "height": 800})
    ada.goto(f"{site}/admin/analytics/daysum/")
    assert ada.locator("#people + table").is_visible()
    assert ada.locator("section table").count() > 5
    assert ada.evaluate(WIDER) <= 0


def test_a_row_of_a_list_is_a_card_on_a_phone(
    ada: Page, site: str, complaints: list[str]
) -> None:
    ada.set_viewport_size({"width": 360, "height": 800})
    ada.goto(f"{site}/admin/accounts/user/")
    list_ = ada.locator(".results")
    assert list_.evaluate("list => list.scrollWidth - list.clientWidth") == 0
    cell = ada.locator("#result_list tbody tr:first-child .field-roles")
    box = cell.bounding_box()
    assert cell.is_visible() and box and box["x"] + box["width"] <= 360
    assert cell.evaluate(LABEL) == '"Roles"'
    ada.set_viewport_size({"width": 1280, "height": 800})
    assert cell.evaluate(LABEL) == "none"
    assert ada.get_by_role("columnheader", name="Roles").is_visible()
    assert complaints == []


def test_what_was_granted_is_read_to_its_end(ada: Page, site: str) -> None:
    row = connected(alice(), "google")
    long = "https://www.googleapis.com/auth/" + "calendar.events.readonly." * 8
    granted.record(row, [long])
    for width in (360, 1280, 1440):
        ada.set_viewport_size({"width": width, "height": 800})
        ada.goto(f"{site}/admin/integrations/connection/{row.pk}/change/")
        assert ada.evaluate(CUT) == [], width
        assert ada.evaluate(WIDER) <= 0, width


def test_little_is_loud(ada: Page, site: str) -> None:
    row = connected(alice(), "google")
    person = alice().pk
    for path in (
        "/admin/",
        "/admin/accounts/user/",
        f"/admin/accounts/user/{person}/change/",
        f"/admin/integrations/connection/{row.pk}/change/",
        "/admin/rbac/roleassignment/add/",
        "/admin/rbac/auditevent/",
        "/admin/analytics/daysum/",
    ):
        ada.goto(f"{site}{path}")
        assert len(ada.evaluate(LOUD)) <= 1, path
        assert ada.evaluate(SHOUTED) == [], path


def test_what_takes_something_has_an_outline_of_its_own(ada: Page, site: str) -> None:
    row = connected(alice(), "google")
    ada.goto(f"{site}/admin/integrations/connection/{row.pk}/change/")
    border = "each => getComputedStyle(each).borderTopColor"
    ground = "each => getComputedStyle(each).backgroundColor"
    end = ada.get_by_role("button", name="Disconnect")
    rest = ada.get_by_role("button", name="Pause")
    assert end.evaluate(border) != rest.evaluate(border)
    assert end.evaluate(ground) == rest.evaluate(ground)
    assert ada.get_by_role("button", name="Resume").count() == 0


def test_what_is_typed_wrong_says_so_and_leads_nowhere(ada: Page, site: str) -> None:
    row = connected(alice(), "google")
    ada.goto(f"{site}/admin/integrations/connection/{row.pk}/change/")
    ada.get_by_label("Reason").fill("They wrote to us about it")
    ada.get_by_label("Type the name of the provider").fill("Notion")
    ada.get_by_role("button", name="Disconnect").click()
    assert ada.get_by_text("so nothing was done.").is_visible()
    row.refresh_from_db()
    assert row.ended_at is None
    # The reason stands there still.
    ada.get_by_label("Type the name of the provider").fill("Google")
    ada.get_by_role("button", name="Disconnect").click()
    ada.get_by_text(f"You disconnected connection {row.pk}.").wait_for()
    row.refresh_from_db()
    assert row.ended_at is not None
