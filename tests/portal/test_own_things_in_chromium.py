"""In a browser: a reminder is set, a list is ticked, something is approved."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from apps.accounts.models import User
from apps.assistant import lists
from apps.assistant.models import Approval, ListItem, Reminder
from apps.portal import demo
from tests.assistant.conftest import Phone
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator

WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_a_reminder_a_list_and_an_approval(
    page: Page,
    site: str,
    providers: Simulator,
    complaints: list[str],
    sign_in: Callable[[str], None],
) -> None:
    demo.people()
    alice = User.objects.get(email="alice@example.com")
    row = lists.make(user=alice, name="Shopping")
    lists.add(by=alice, row=row, texts=["milk", "w" * 200])
    connect(alice, providers, "google", ["mail.read", "mail.send"])
    Phone(alice).text("email ana@example.com: the table is booked")
    page.set_viewport_size({"width": 360, "height": 800})
    sign_in(alice.email)

    page.goto(f"{site}/app/reminders/")
    field = page.get_by_label("What, and when")
    field.press_sequentially("call Ana every friday at 9 am")
    expect(page.locator("#reading")).to_contain_text("call Ana, every Fri 9:00 AM")
    assert not Reminder.objects.exists()
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Reminder set: call Ana")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Nothing to be reminded of")).to_be_visible()

    page.goto(f"{site}/app/lists/")
    page.get_by_role("link", name="Shopping").click()
    page.get_by_role("button", name="Tick off milk").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    assert ListItem.objects.get(text="milk").state == "done"
    assert page.evaluate(WIDER) <= 0

    page.goto(f"{site}/app/approvals/")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Being done.")).to_be_visible()
    assert Approval.objects.get().decision == "yes"
    assert page.evaluate(WIDER) <= 0
    assert complaints == []
