"""The page of the API in a browser: somebody who is signed in tries it out there."""

import pytest
from playwright.sync_api import Locator, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.assistant.models import Note
from tests.factories import PASSWORD
from tests.mfa.conftest import ALICE, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(transactional_db: None, live_server: LiveServer, settings: Settings) -> str:
    settings.PUBLIC_URL = live_server.url
    return live_server.url


def test_reading_and_writing_with_the_cookie(page: Page, site: str) -> None:
    alice = person("alice@example.com", ALICE)
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("Email").fill(alice.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{site}/app/**")
    page.goto(f"{site}/api/docs/")
    read = _tried(page, "me", "me_retrieve")
    assert read.locator(".response .response-col_status").first.inner_text() == "200"
    assert alice.email in read.inner_text()
    written = _tried(page, "notes", "notes_create")
    # The example is in the box, and is what was sent.
    assert written.locator(".response .response-col_status").first.inner_text() == "201"
    assert Note.objects.get(user=alice).text == "The gate code is 4711."
    assert not [each for each in said if each.startswith(("error", "warning"))]


def _tried(page: Page, about: str, operation: str) -> Locator:
    """What the server answered to the operation, sent as its example stands there."""
    page.locator(f"#operations-tag-{about}").click()
    block = page.locator(f"#operations-{about}-{operation}")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    block.get_by_role("button", name="Execute").click()
    answer = block.locator(".live-responses-table")
    answer.wait_for()
    return answer
