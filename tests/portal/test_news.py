"""The bell, and the page behind it: told once, and read by whoever looks."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from apps.accounts.models import User
from apps.portal import notifications
from apps.rbac import assignments
from apps.rbac.models import Role
from tests.mfa.conftest import person
from tests.portal.test_notifications import ALICE, ALL, ask, change_password, lose
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
PAGE, BELL, OTHER = "/app/news/", "/app/news/bell/", "/app/notes/"


@pytest.fixture
def alice() -> User:
    return person("alice@example.com", ALICE)


@pytest.fixture
def app(alice: User) -> Client:
    return signed_in(alice)


def seen(app: Client, path: str) -> str:
    return app.get(path).content.decode()


def bell(page: str) -> str:
    found = re.search(r'href="/app/news/"[^>]*? aria-label="([^"]*)"', page)
    assert found
    return found[1]


def test_all_that_happened_is_told_and_leads_where_it_can_be_mended(
    app: Client, alice: User
) -> None:
    for happen in ALL:
        happen(alice)
    page = seen(app, PAGE)
    assert page.count(">New<") == len(ALL)
    for words in ("did not arrive", "Your yes is waited for", "needs attention"):
        assert words in page
    for path in ("/app/approvals/", "/app/conversation/#newest", "/app/activity/"):
        assert f'href="{path}"' in page


def test_the_bell_counts_what_is_not_read_until_somebody_looks(
    app: Client, alice: User
) -> None:
    assert bell(seen(app, OTHER)) == "News"
    ask(alice)
    change_password(alice)
    assert "hx-get" not in seen(app, BELL)
    known_for: int = cache.ttl(f"bell:{alice.pk}")  # type: ignore[attr-defined]  # Redis'
    assert 0 < known_for <= 20
    cache.delete(f"bell:{alice.pk}")
    page = seen(app, OTHER)
    assert bell(page) == "News" and f'hx-get="{BELL}"' in page
    assert bell(seen(app, BELL)) == "News, 2 not read"
    assert bell(seen(app, OTHER)) == "News, 2 not read"
    lose(alice)
    page = seen(app, PAGE)
    assert bell(page) == "News, 3 not read" and page.count(">New<") == 3
    assert bell(seen(app, OTHER)) == "News"
    assert ">New<" not in seen(app, PAGE)
    assert notifications.of(alice)


def test_who_lacks_a_second_factor_is_not_led_away_by_the_bell(
    app: Client, alice: User
) -> None:
    """While they set one up: the answer to it would lead them to prove what is just made."""
    administrator = Role.objects.get(slug="administrator")
    assignments.grant(by=None, user=alice, role=administrator, reason="test")
    cache.delete(f"bell:{alice.pk}")
    app = signed_in(alice, twice=False)
    page = seen(app, "/app/settings/security/factors/")
    assert bell(page) == "News" and BELL not in page
    assert app.get(BELL).status_code == 302


def test_an_empty_page_says_what_will_be_there(app: Client) -> None:
    assert "Nothing new" in seen(app, PAGE)


def test_it_is_told_in_the_language_of_its_reader(app: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(locale="es")
    ask(alice)
    page = seen(app, PAGE)
    assert "Se espera tu sí: send a mail to ana@example.com." in page
    assert "Di sí o no." in page
