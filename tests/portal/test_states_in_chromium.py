"""Pages with nothing on them, of one row, and with ten thousand rows: whole and
accessible."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone
from playwright.sync_api import Page

from apps.accounts.models import User
from apps.assistant.models import Event, Fact, List, Note, Reminder
from apps.portal import demo
from apps.sms.models import PhoneNumber
from apps.webhooks import endpoints
from tests import accessibility
from tests.factories import UserFactory
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator
from tests.portal import crowd
from tests.portal.test_full_pages import crowded
from tests.portal.test_pages_in_chromium import EXAMINE, SIGNED_IN

LONG = "a very long word " + "w" * 120


@pytest.mark.parametrize("half", [0, 1])
def test_every_page_of_somebody_new_who_has_nothing(
    page: Page,
    site: str,
    complaints: list[str],
    sign_in: Callable[[str], None],
    half: int,
) -> None:
    dana = UserFactory.create(email="dana@example.com", name="Dana Dahl")
    EmailAddress.objects.create(
        user=dana, email=dana.email, verified=True, primary=True
    )
    sign_in(dana.email)
    assert _faults(page, site, SIGNED_IN[half::2]) == {}
    assert complaints == []


def test_pages_of_one_row(
    page: Page,
    site: str,
    providers: Simulator,
    complaints: list[str],
    sign_in: Callable[[str], None],
) -> None:
    demo.people()
    alice = User.objects.get(email="alice@example.com")
    connect(alice, providers, "google", ["mail.read", "mail.send"])
    paths = _rows(alice)
    sign_in("alice@example.com")
    assert _faults(page, site, paths) == {}
    assert complaints == []


def test_pages_with_ten_thousand_rows(
    page: Page, site: str, complaints: list[str], sign_in: Callable[[str], None]
) -> None:
    demo.people()
    alice = User.objects.get(email="alice@example.com")
    crowd.gather(alice)
    sign_in("alice@example.com")
    found = _faults(page, site, crowded(alice))
    assert found == {}
    assert complaints == []


def _rows(user: User) -> list[str]:
    """With words that are long."""
    at = timezone.now() + timedelta(days=1)
    reminder = Reminder.objects.create(
        user=user, text=LONG, due_at=at, zone=user.timezone
    )
    event = Event.objects.create(
        user=user,
        title=LONG,
        place=LONG,
        starts_at=at,
        ends_at=at + timedelta(hours=1),
        zone=user.timezone,
    )
    note = Note.objects.create(user=user, text=LONG)
    fact = Fact.objects.create(user=user, subject="w" * 80, text=LONG)
    row = List.objects.create(user=user, name="w" * 60, key="w" * 60)
    url = f"https://example.com/{'w' * 200}"
    webhook, _ = endpoints.make(user=user, url=url, types=["message.sent"])
    phone = PhoneNumber.objects.get(user=user)
    account = user.connections.get()
    return [
        f"/app/reminders/{reminder.public_id}/",
        f"/app/calendar/{event.public_id}/",
        f"/app/notes/{note.public_id}/",
        f"/app/memory/{fact.public_id}/",
        f"/app/lists/{row.public_id}/",
        f"/app/settings/webhooks/{webhook.public_id}/",
        f"/app/phones/{phone.public_id}/label/",
        f"/app/phones/{phone.public_id}/remove/",
        f"/app/connections/{account.public_id}/",
        f"/app/connections/{account.public_id}/events/",
        f"/app/connections/{account.public_id}/disconnect/",
        "/app/settings/tokens/",
        "/app/settings/webhooks/",
        "/app/settings/data/",
        "/app/settings/close/",
        "/app/shares/",
    ]


def _faults(page: Page, site: str, paths: Sequence[str]) -> dict[str, list[str]]:
    found = {}
    for path in paths:
        answer = page.goto(f"{site}{path}")
        assert answer and answer.ok, path
        faults = []
        for width in accessibility.WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            faults += [f"{width} px: {each}" for each in page.evaluate(EXAMINE)]
        faults += accessibility.complaints(page)
        if faults:
            found[path] = faults
    return found
