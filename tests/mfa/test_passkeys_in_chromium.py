"""Passkeys with a real browser and its virtual authenticator, under the strict CSP."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from playwright.sync_api import ConsoleMessage, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import User
from apps.mfa import factor
from apps.mfa.models import TOTPDevice
from apps.rbac import assignments
from apps.rbac.models import AuditEvent, Role
from tests.factories import PASSWORD
from tests.mfa.conftest import ALICE, app_of, person

HOME = "/app/settings/security/factors/"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(transactional_db: None, live_server: LiveServer, settings: Settings) -> str:
    """A passkey belongs to the site people see, so that has to be the running one."""
    settings.PUBLIC_URL = live_server.url
    return live_server.url


@pytest.fixture
def alice(site: str) -> User:
    return person("alice@example.com", ALICE)


@pytest.fixture
def complaints(page: Page) -> list[str]:
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def finger(page: Page) -> Any:
    """A device that keeps passkeys and unlocks at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


@pytest.fixture
def add(page: Page, site: str, finger: Any) -> Callable[..., None]:
    """Sign in with the password and add a passkey."""

    def add(user: User, *, alone: bool = True) -> None:
        password(page, site, user)
        page.wait_for_url(f"{site}/app/**")
        page.goto(f"{site}/accounts/2fa/webauthn/add/")
        if "reauthenticate" in page.url:
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Continue").click()
            page.wait_for_url(f"{site}/accounts/2fa/webauthn/add/")
        page.get_by_label("Name").fill("my laptop")
        page.get_by_label("Sign in with it alone").set_checked(alone)
        page.get_by_role("button", name="Add").click()
        page.wait_for_url(f"{site}{HOME}")

    return add


def password(page: Page, site: str, user: User) -> None:
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{site}/")


def test_a_passkey_is_added_and_is_the_second_step_from_then_on(
    page: Page,
    site: str,
    alice: User,
    add: Callable[..., None],
    complaints: list[str],
) -> None:
    add(alice)
    assert page.get_by_text("my laptop").is_visible()
    assert "Make some" in page.content()
    assert factor.are_set_up(alice)
    assert "added" in mail.outbox[0].subject
    assert AuditEvent.objects.filter(action="mfa.factor.add", subject_id=alice.pk)
    sign_out(page, site)
    password(page, site, alice)
    page.wait_for_url(f"{site}/accounts/2fa/authenticate/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{site}/app/")
    assert complaints == []


def test_a_passkey_signs_in_alone_and_nobody_is_asked_twice(
    page: Page,
    site: str,
    alice: User,
    add: Callable[..., None],
    complaints: list[str],
) -> None:
    add(alice)
    app_of(alice)
    sign_out(page, site)
    page.goto(f"{site}/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{site}/app/")
    assert complaints == []


def test_without_its_device_the_passkey_opens_nothing_and_another_way_does(
    page: Page, site: str, alice: User, add: Callable[..., None], finger: Any
) -> None:
    add(alice)
    device = app_of(alice)
    sign_out(page, site)
    finger.send("WebAuthn.disable")
    password(page, site, alice)
    page.wait_for_url(f"{site}/accounts/2fa/authenticate/")
    page.goto(f"{site}/app/")
    assert page.url == f"{site}/accounts/2fa/authenticate/"
    page.get_by_role("link", name="Enter the code that your app shows").click()
    page.get_by_label("Code").fill(device.code())
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{site}/app/")


def test_a_passkey_confirms_a_dangerous_page(
    page: Page, site: str, alice: User, add: Callable[..., None]
) -> None:
    add(alice)
    sign_out(page, site)
    password(page, site, alice)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{site}/app/")
    page.goto(f"{site}/accounts/2fa/reauthenticate/?next={HOME}recovery/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{site}{HOME}recovery/")


def test_an_administrator_keeps_the_last_passkey(
    page: Page, site: str, alice: User, add: Callable[..., None]
) -> None:
    role = Role.objects.get(slug="administrator")
    assignments.grant(by=None, user=alice, role=role, reason="test")
    add(alice)
    page.get_by_role("link", name="Remove").click()
    if "reauthenticate" in page.url:
        page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("Your role needs a second factor").wait_for()
    assert Authenticator.objects.filter(user=alice).count() == 1
    app_of(alice)
    page.goto(
        f"{site}/accounts/2fa/webauthn/keys/{Authenticator.objects.get().pk}/remove/"
    )
    page.get_by_role("button", name="Remove").click()
    page.wait_for_url(f"{site}{HOME}")
    assert not Authenticator.objects.exists() and TOTPDevice.objects.exists()


def test_an_account_that_is_deleted_takes_its_last_passkey_along(
    alice: User, db: None
) -> None:
    role = Role.objects.get(slug="administrator")
    assignments.grant(by=None, user=alice, role=role, reason="test")
    Authenticator.objects.create(
        user=alice, type=Authenticator.Type.WEBAUTHN, data={"name": "x"}
    )
    User.objects.filter(pk=alice.pk).delete()
    assert not Authenticator.objects.exists()
