"""Every page as a browser and its user meet it: quiet console, nothing cut off."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from django_celery_beat.models import PeriodicTask
from playwright.sync_api import Page

from apps.accounts.models import User
from apps.assistant.models import Conversation, Phrasing
from apps.jobs.timetable_pages import ScheduleAdmin
from apps.portal import demo
from apps.rbac.models import Role, RoleAssignment
from apps.sms.models import DeliveryEvent, InboundText, OutboundText, Turn
from tests import accessibility

OPEN = (
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/help/",
    "/status/",
    "/privacy/",
    "/dev/phone/",
    "/dev/mail/",
)
SIGNED_IN = (
    "/app/",
    "/app/conversation/",
    "/app/reminders/",
    "/app/lists/",
    "/app/calendar/",
    "/app/calendar/?view=day",
    "/app/calendar/?view=list",
    "/app/calendar/new/",
    "/app/calendar/sync/",
    "/app/search/",
    "/app/search/?q=tea",
    "/app/news/",
    "/app/notes/",
    "/app/notes/sync/",
    "/app/memory/",
    "/app/memory/forget-all/",
    "/app/approvals/",
    "/app/features/",
    "/app/usage/",
    "/app/usage/texts/",
    "/app/phones/",
    "/app/phones/?link=1",
    "/app/connections/",
    "/app/connections/google/",
    "/app/connections/consents/",
    "/app/settings/profile/",
    "/app/settings/preferences/",
    "/app/settings/appearance/",
    "/app/settings/notifications/",
    "/app/activity/",
    "/app/settings/security/factors/",
    "/app/settings/security/factors/recovery/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
    "/menu/",
    "/help/",
    "/privacy/",
)

# What can be told of a page without judgement: WCAG 1.1.1, 1.3.1, 1.4.10, 2.4.1,
# 2.5.8, 3.3.2, 4.1.2. Answers the faults in words.
EXAMINE = """
() => {
  const faults = [];
  const name = (place) => (place.getAttribute("aria-label") || place.innerText
      || place.querySelector("img")?.alt || "").trim();
  const shown = (place) => place.checkVisibility();
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push(
      `wider than the window by ${root.scrollWidth - root.clientWidth} px`);
  if (!root.lang) faults.push("no language");
  if (!document.title.includes("Switchboard")) faults.push("no title");
  if (document.querySelectorAll("main").length !== 1) faults.push("not one main");
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
  let level = 0;
  document.querySelectorAll("main :is(h1, h2, h3, h4)").forEach((heading) => {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) faults.push(`heading skips to ${heading.innerText}`);
    level = next;
  });
  document.querySelectorAll("input:not([type=hidden]), select, textarea").forEach((field) => {
    if (!field.labels.length) faults.push(`no label: ${field.name}`);
  });
  document.querySelectorAll("a, button, summary").forEach((place) => {
    if (!shown(place)) return;
    if (!name(place)) faults.push(`no name: ${place.outerHTML.slice(0, 80)}`);
    const box = place.getBoundingClientRect();
    const isInText = getComputedStyle(place).display === "inline";
    if (!isInText && box.height < 24) faults.push(`small: ${name(place)}`);
  });
  document.querySelectorAll("img:not([alt])").forEach(() => faults.push("img without alt"));
  const ids = [...document.querySelectorAll("[id]")].map((place) => place.id);
  ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => faults.push(`twice: #${id}`));
  document.querySelectorAll("[aria-describedby]").forEach((place) => {
    place.getAttribute("aria-describedby").split(" ").forEach((id) => {
      if (!document.getElementById(id)) faults.push(`describes nothing: ${id}`);
    });
  });
  return faults;
}
"""


def test_every_page_is_quiet_complete_and_fits(
    page: Page,
    site: str,
    transactional_db: None,
    mail_folder: Path,
    complaints: list[str],
    sign_in_on_pages: Callable[[str], None],
) -> None:
    demo.people()
    demo.history()
    # The longest state a text can be in, where the space is smallest.
    OutboundText.objects.update(delivery="undelivered", error_code="30003")
    asked = accessibility.elsewhere(page, site)
    found = {path: _examined(page, site, path) for path in OPEN}
    sign_in_on_pages("alice@example.com")
    found |= {path: _examined(page, site, path) for path in SIGNED_IN}
    assert {path: faults for path, faults in found.items() if faults} == {}
    assert complaints == [] and asked == []


@pytest.mark.parametrize("part", ["lists", "rows", "on the way"])
def test_every_page_of_the_console_is_accessible_and_fits(
    page: Page,
    site: str,
    complaints: list[str],
    sign_in: Callable[[str], None],
    part: str,
) -> None:
    demo.people()
    demo.history()
    sign_in("ada@example.com")
    asked = accessibility.elsewhere(page, site)
    pages = {"lists": _lists, "rows": _rows, "on the way": _on_the_way}[part]()
    found = {}
    for path in pages:
        found[path] = _of_console(page, site, path)
        assert complaints == [], path
    assert len(found) > 10, found
    assert {path: faults for path, faults in found.items() if faults} == {}
    assert asked == []


def test_the_page_of_an_error_fits_as_well(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    assert _faults(page, site, "/there-is-no-such-page") == []


def test_the_console_obeys_the_same_policy(
    page: Page,
    site: str,
    complaints: list[str],
    sign_in_on_pages: Callable[[str], None],
) -> None:
    demo.people()
    sign_in_on_pages("ada@example.com")
    page.locator("summary", has_text="Ada").click()
    page.get_by_role("link", name="Operator console").click()
    page.goto(f"{site}/admin/accounts/user/?q=alice")
    page.get_by_role("link", name="a•••@example.com").click()
    assert complaints == []


LISTS = (
    "/admin/accounts/user/",
    "/admin/accounts/user/?is_active__exact=1",
    "/admin/rbac/auditevent/",
    "/admin/rbac/roleassignment/",
    "/admin/sms/outboundtext/",
    "/admin/sms/phonenumber/",
)
WIDER = "document.documentElement.scrollWidth - innerWidth"
SERVER_TIME = "text=of server time"
HIDDEN = "list => list.scrollWidth - list.clientWidth"


def test_the_lists_of_the_console_fit_on_a_desk(
    page: Page, site: str, complaints: list[str], sign_in: Callable[[str], None]
) -> None:
    demo.people()
    demo.history()
    page.set_viewport_size({"width": 1280, "height": 800})
    sign_in("ada@example.com")
    for listed in LISTS:
        page.goto(f"{site}{listed}")
        assert page.locator(".results").evaluate(HIDDEN) == 0, listed
        assert page.evaluate(WIDER) <= 0, listed
    page.goto(f"{site}/admin/rbac/auditevent/")
    assert page.get_by_label("Who did it").is_visible()
    assert complaints == []


def test_a_list_shows_on_a_phone_before_its_filters_with_rows_as_cards(
    page: Page, site: str, complaints: list[str], sign_in: Callable[[str], None]
) -> None:
    demo.people()
    page.set_viewport_size({"width": 360, "height": 800})
    sign_in("ada@example.com")
    for listed in ("/admin/accounts/user/", "/admin/rbac/auditevent/"):
        page.goto(f"{site}{listed}")
        found = page.locator(".results")
        box = found.bounding_box()
        assert box and box["y"] < 500, listed
        assert found.evaluate(HIDDEN) == 0 and page.evaluate(WIDER) <= 0
    assert not page.get_by_label("Who did it").is_visible()
    page.locator("summary", has_text="Filter").click()
    assert page.get_by_label("Who did it").is_visible()
    assert complaints == []


def test_the_page_of_one_row_fits_on_a_phone(
    page: Page, site: str, sign_in: Callable[[str], None]
) -> None:
    demo.people()
    demo.history()
    # What Twilio calls things is one long word each.
    text = OutboundText.objects.earliest("pk")
    DeliveryEvent.objects.create(sid="SM" + "b5" * 16, status="sent", text=text)
    sign_in("ada@example.com")
    page.set_viewport_size({"width": 360, "height": 800})
    found = {}
    for model in admin.site._registry:
        if (row := model._default_manager.first()) is not None:
            name = f"{model._meta.app_label}_{model._meta.model_name}"
            path = reverse(f"admin:{name}_change", args=[row.pk])
            page.goto(f"{site}{path}")
            found[path] = page.evaluate(WIDER)
    assert len(found) > 10, found
    assert {path: wider for path, wider in found.items() if wider > 0} == {}


def test_a_time_in_the_console_has_no_note_about_a_server(
    page: Page, site: str, sign_in: Callable[[str], None]
) -> None:
    demo.people()
    User.objects.filter(email="ada@example.com").update(timezone="Asia/Tokyo")
    sign_in("ada@example.com")
    page.goto(f"{site}/admin/rbac/roleassignment/add/")
    for width in (360, 800, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.get_by_text("In your time zone, Asia/Tokyo.").is_visible()
        assert not any(note.is_visible() for note in page.locator(SERVER_TIME).all())


def test_the_drawer_opens_and_closes_by_keyboard(
    page: Page, site: str, sign_in: Callable[[str], None]
) -> None:
    demo.people()
    page.set_viewport_size({"width": 360, "height": 800})
    sign_in("alice@example.com")
    page.get_by_role("link", name="Menu").press("Enter")
    drawer = page.get_by_role("dialog", name="Menu")
    assert drawer.get_by_role("link", name="Phones").is_visible()
    page.keyboard.press("Escape")
    assert not drawer.is_visible()


def _faults(page: Page, site: str, path: str) -> list[str]:
    page.goto(f"{site}{path}")
    faults: list[str] = page.evaluate(EXAMINE)
    return faults


def _examined(page: Page, site: str, path: str) -> list[str]:
    """At each width, in each theme."""
    page.goto(f"{site}{path}")
    found = []
    for width in accessibility.WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        faults = page.evaluate(EXAMINE)
        found += [f"{width} px: {each}" for each in faults]
    return [*found, *accessibility.complaints(page)]


def _of_console(page: Page, site: str, path: str) -> list[str]:
    answer = page.goto(f"{site}{path}")
    assert answer and answer.ok, path
    found = []
    for width in accessibility.WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        if (wider := page.evaluate(WIDER)) > 0:
            found.append(f"{width} px: wider by {wider} px")
    # Django's forms.css imports its widgets.css.
    return [*found, *accessibility.complaints(page, reads_styles=False)]


def _named(model: Any, which: str, *keys: Any) -> str:
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    return reverse(f"admin:{name}_{which}", args=keys)


def _lists() -> list[str]:
    found = admin.site._registry.items()
    # Those of the schedules open to nobody: they are chosen on the page of a task.
    shown = (model for model, page in found if not isinstance(page, ScheduleAdmin))
    return ["/admin/", *(_named(model, "changelist") for model in shown)]


def _rows() -> list[str]:
    rows = ((model, model._default_manager.first()) for model in admin.site._registry)
    return [_named(model, "change", row.pk) for model, row in rows if row is not None]


def _on_the_way() -> list[str]:
    """What asks, answers or adds."""
    alice = User.objects.get(email="alice@example.com")
    text, turn = InboundText.objects.earliest("pk"), Turn.objects.earliest("pk")
    return [
        _named(Role, "add"),
        _named(RoleAssignment, "add"),
        _named(PeriodicTask, "add"),
        _named(Phrasing, "add"),
        _named(InboundText, "reveal", text.pk),
        _named(InboundText, "journey", text.pk),
        _named(User, "why", alice.pk),
        _named(User, "why", alice.pk) + "?action=sms.turn.view",
        _named(User, "stand_in", alice.pk),
        _named(Conversation, "redo", turn.pk),
        reverse("admin:assistant_phrasing_try"),
        "/admin/find/?q=example",
        "/admin/find/?q=nobody@example.com",
        f"/admin/find/?q={turn.request_id}",
        "/admin/rbac/auditevent/?action=accounts&looks=on",
        f"/admin/sms/inboundtext/?whose={alice.pk}",
    ]
