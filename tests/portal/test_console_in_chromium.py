"""What operators come for takes them three clicks at most from the front page.

A click is one on a link or a button; words that are typed and sent count as the one on
*Find*.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from apps.accounts.models import User
from apps.jobs import jobs, runner
from apps.jobs.models import Job
from apps.portal import demo
from apps.rbac.models import AuditEvent, RoleAssignment
from apps.sms.models import OutboundText
from tests.assistant.factories import InboundTextFactory, LaneFactory, TurnFactory
from tests.integrations.accounts import connected
from tests.jobs.chores import tasks as chores

MOST_CLICKS = 3
REASON = "They wrote to us about it"
FAILED = "SM" + "f0" * 16
ALICE, ADA = "alice@example.com", "ada@example.com"


class Operator:
    """Ada at the front page. All that she clicks goes through here."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def follow(self, name: str) -> None:
        self._click(self.page.get_by_role("link", name=name))

    def open_row(self) -> None:
        """The first of a list."""
        self._click(self.page.locator("#result_list tbody th a"))

    def press(self, name: str) -> None:
        self._click(self.page.get_by_role("button", name=name))

    def find(self, words: str) -> None:
        self.page.get_by_role("textbox", name="Find").fill(words)
        self.press("Find")

    def say_why(self) -> None:
        """Typed, without a click."""
        self.page.get_by_label("Reason").fill(REASON)

    def _click(self, place: Locator) -> None:
        place.first.click()
        self.page.wait_for_load_state()
        self.clicks += 1


@pytest.fixture
def operator(
    page: Page, site: str, complaints: list[str], sign_in: Callable[[str], None]
) -> Iterator[Operator]:
    demo.people()
    sign_in(ADA)
    page.goto(f"{site}/admin/")
    made = Operator(page)
    yield made
    assert 0 < made.clicks <= MOST_CLICKS
    assert complaints == []


@pytest.fixture
def alice(operator: Operator) -> User:
    return User.objects.get(email=ALICE)


def failed(user: User) -> OutboundText:
    return OutboundText.objects.create(
        lane=LaneFactory.create(user=user),
        user=user,
        number="+12025550101",
        body="Your table is booked.",
        segments=1,
        provider_sid=FAILED,
        state="sent",
        delivery="undelivered",
        error_code="30003",
    )


def looks(kind: str, user: User) -> int:
    seen = AuditEvent.objects.filter(obj_type=kind, subject_id=user.pk)
    return seen.filter(at__gt=timezone.now() - timedelta(minutes=5)).count()


def test_why_a_text_failed(operator: Operator, alice: User) -> None:
    text = failed(alice)
    operator.find(FAILED)
    told = operator.page.locator(".field-trouble")
    expect(told).to_contain_text("30003")
    assert looks("sms.outboundtext", alice) == 1
    assert operator.page.url.endswith(f"/admin/sms/outboundtext/{text.pk}/change/")


def test_why_a_text_failed_that_nobody_has_named(
    operator: Operator, alice: User
) -> None:
    failed(alice)
    operator.follow("Failed, today")
    operator.open_row()
    expect(operator.page.locator(".field-trouble")).to_contain_text("30003")
    assert looks("sms.outboundtext", alice) == 1


def test_a_connection_is_revoked(operator: Operator, alice: User) -> None:
    row = connected(alice, "google")
    operator.find(ALICE)
    operator.follow(f"connection {row.pk}")
    operator.say_why()
    operator.page.get_by_label("Type the name of the provider").fill("Google")
    operator.press("Disconnect")
    told = f"You disconnected connection {row.pk}."
    expect(operator.page.get_by_text(told)).to_be_visible()
    row.refresh_from_db()
    assert row.ended_at is not None


def test_a_person_is_suspended(operator: Operator, alice: User) -> None:
    operator.find(ALICE)
    operator.say_why()
    # Enter in the field chooses none of what can be done.
    operator.page.keyboard.press("Enter")
    operator.press("Suspend")
    expect(operator.page.get_by_text("You suspended a•••@example.com")).to_be_visible()
    alice.refresh_from_db()
    assert not alice.is_active


def test_a_dead_letter_is_requeued(operator: Operator) -> None:
    jobs.enqueue(chores.go_wrong, "closed")
    runner.drain("default")
    operator.page.reload()
    operator.follow("1 job is dead: requeue or drop.")
    operator.open_row()
    operator.say_why()
    operator.press("Requeue")
    expect(operator.page.get_by_text("You requeued job")).to_be_visible()
    assert Job.objects.get(kind="chores.go_wrong").state == Job.State.WAITING


def test_premium_is_granted_for_a_week(operator: Operator, alice: User) -> None:
    operator.find(ALICE)
    operator.follow("Give a role for a week")
    operator.page.get_by_label("Role").select_option(label="Premium")
    operator.page.get_by_label("Reason").fill(REASON)
    operator.press("Save")
    expect(operator.page.get_by_text("Saved:")).to_be_visible()
    held = RoleAssignment.objects.get(user=alice, role__slug="premium")
    left = (held.expires_at or timezone.now()) - timezone.now()
    assert timedelta(days=6, hours=23) < left < timedelta(days=7, hours=1)


def test_the_audit_of_a_person_is_exported(
    operator: Operator, alice: User, tmp_path: Path
) -> None:
    operator.find(ALICE)
    with operator.page.expect_download() as coming:
        operator.follow("Export their audit, CSV")
    kept = tmp_path / "audit.csv"
    coming.value.save_as(kept)
    assert "accounts.user.view_pii" in kept.read_text()
    taken = AuditEvent.objects.filter(action="rbac.auditevent.export")
    assert taken.filter(subject_id=alice.pk).exists()


def test_who_looked_at_a_conversation(operator: Operator, alice: User) -> None:
    text = InboundTextFactory.create(turn=TurnFactory.create(user=alice))
    page, front = operator.page, operator.page.url
    page.goto(f"{front}sms/inboundtext/{text.pk}/change/")
    page.goto(front)
    operator.find(ALICE)
    operator.follow("Who looked at their conversation")
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(looks("sms.inboundtext", alice))
    expect(rows.first).to_contain_text(f"sms.inboundtext {text.pk}")
    expect(rows.first).to_contain_text("a•••@example.com")


def test_one_text_is_followed_end_to_end(operator: Operator, alice: User) -> None:
    text = InboundTextFactory.create(turn=TurnFactory.create(user=alice))
    operator.find(text.sid)
    operator.follow("Follow it end to end")
    steps = operator.page.locator(".journey tbody tr")
    assert steps.count() > 1
    assert looks("sms.inboundtext", alice) == 2


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_on_the_way_fit(operator: Operator, alice: User, width: int) -> None:
    connected(alice, "google")
    page = operator.page
    page.set_viewport_size({"width": width, "height": 800})
    wider = "document.documentElement.scrollWidth - innerWidth"
    assert page.evaluate(wider) <= 0
    operator.find(ALICE)
    assert page.evaluate(wider) <= 0
    page.go_back()
    operator.find("example.com nobody")
    assert page.evaluate(wider) <= 0
