"""The page for whoever does not know us yet."""

import pytest
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db


def test_it_offers_the_ways_to_sign_in_that_there_are(settings: Settings) -> None:
    settings.OAUTH_CLIENTS = {}
    page = Client().get("/").content.decode()
    assert "Sign in with" not in page and "Works with what you have" not in page
    settings.OAUTH_CLIENTS = {"google": ("id", "secret"), "notion": ("id", "secret")}
    page = Client().get("/").content.decode()
    assert 'action="/accounts/with/google/"' in page and "Sign in with Google" in page
    # What signs nobody in can be connected all the same.
    assert "Sign in with Notion" not in page and "<h3>Notion</h3>" in page


def test_who_is_signed_in_is_led_to_their_pages(
    settings: Settings, as_alice: Client
) -> None:
    settings.OAUTH_CLIENTS = {"google": ("id", "secret")}
    page = as_alice.get("/").content.decode()
    assert "Open your overview" in page and "Sign in with" not in page
