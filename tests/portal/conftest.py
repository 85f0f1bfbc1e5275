"""People at their pages, and a worker that answers them."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import ConsoleMessage, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import User
from apps.assistant import reminders
from apps.portal import demo
from apps.sms.models import SimulatedText
from apps.sms.simulator import deliver
from apps.sms.worker import drain
from tests import post
from tests.factories import PASSWORD, PhoneNumberFactory, UserFactory
from tests.sign_in import signed_in

ALICE = "+12025550101"
BOB = "+12025550102"


@pytest.fixture
def alice(db: None) -> User:
    user = UserFactory.create(email="alice@example.com", name="Alice Archer")
    PhoneNumberFactory.create(user=user, e164=ALICE)
    return user


@pytest.fixture
def bob(db: None) -> User:
    user = UserFactory.create(email="bob@example.com", name="Bob Brandt")
    PhoneNumberFactory.create(user=user, e164=BOB)
    return user


@pytest.fixture
def as_alice(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def mail_folder(settings: Settings, tmp_path: Path) -> Path:
    """Mail goes to files, as on a laptop."""
    settings.POST_BACKEND = "apps.core.mailbox.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path / "mail"


@pytest.fixture
def site(transactional_db: None, live_server: LiveServer, settings: Settings) -> str:
    """The address of the running site; the simulator finds the webhook there."""
    settings.LOOPBACK_URL = live_server.url
    return live_server.url


class Worker:
    """Real drains, deliveries, reminders and letters, in a thread of their own."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)
        self._stop = threading.Event()
        self._rounds = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="worker")
        self._error: BaseException | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        if self._error:
            raise self._error

    def fire_what_is_due_within(self, ahead: timedelta) -> None:
        """Reminders up to `ahead` from now are due. The clock itself stays: it is
        PostgreSQL's too."""
        self._ahead = ahead

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Look again after each round, for ten seconds at most."""
        end = time.monotonic() + 10
        while not is_so():
            assert time.monotonic() < end, "the worker's time is up"
            with self._rounds:
                self._rounds.wait(timeout=1)

    def _work(self) -> None:
        try:
            while not self._stop.wait(0.05):
                with self._rounds:
                    self._rounds.notify_all()
                reminders.fire_due(timezone.now() + self._ahead)
                drain()
                post.send()
                for pk in SimulatedText.objects.filter(status="queued").values_list(
                    "pk", flat=True
                ):
                    deliver(pk)
        except BaseException as error:
            self._error = error
        finally:
            connection.close()


@pytest.fixture
def worker(site: str) -> Iterator[Worker]:
    made = Worker()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser found wrong: CSP violations, script errors, missing files."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # What it says of forms, as "[DOM] Password forms should have…", is verbose.
        if message.type in ("error", "warning") or message.text.startswith("[DOM]"):
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def sign_in(page: Page, site: str) -> Callable[[str], None]:
    """With a cookie: there are others who go through the pages."""

    def sign_in(email: str) -> None:
        user = User.objects.get(email_canonical=email)
        client = signed_in(user, twice=bool(demo.code(email)))
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": site}])
        page.goto(f"{site}/app/")

    return sign_in


@pytest.fixture
def sign_in_on_pages(page: Page, site: str) -> Callable[[str], None]:
    def sign_in(email: str) -> None:
        page.goto(f"{site}/accounts/login/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        if code := demo.code(email):
            page.get_by_label("Code").fill(code)
            page.get_by_role("button", name="Continue").click()
        page.wait_for_url(f"{site}/app/")

    return sign_in
