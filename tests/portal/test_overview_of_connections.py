"""The first page knows of connections: a step to the first one, a notice of a broken
one."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.integrations.models import Connection


@pytest.fixture
def google(alice: User) -> Connection:
    return Connection.objects.create(
        user=alice,
        provider="google",
        uid="1",
        label="alice@example.com",
        features=["calendar.read"],
        connected_at=timezone.now(),
    )


def test_connecting_an_account_is_a_step_where_there_is_something_to_connect(
    as_alice: Client, alice: User, settings: Settings
) -> None:
    assert "Connect an account" not in as_alice.get("/app/").content.decode()
    settings.OAUTH_CLIENTS = {"google": ("id", "secret")}
    page = as_alice.get("/app/").content.decode()
    assert "Connect an account" in page and "of 6" in page


def test_the_step_is_done_with_the_first_one(
    as_alice: Client, google: Connection, settings: Settings
) -> None:
    settings.OAUTH_CLIENTS = {"google": ("id", "secret")}
    steps = as_alice.get("/app/").context["steps"]
    assert [step.is_done for step in steps if step.name == "Connect an account"] == [
        True
    ]


def test_a_connection_in_need_is_told_until_it_works(
    as_alice: Client, google: Connection
) -> None:
    page = as_alice.get("/app/").content.decode()
    assert "needs attention" not in page
    Connection.objects.update(status="attention", reason="refused")
    page = as_alice.get("/app/").content.decode()
    assert "Google (alice@example.com) needs attention." in page
    assert f'href="/app/connections/{google.public_id}/"' in page
    Connection.objects.update(status="ended", reason="")
    assert "needs attention" not in as_alice.get("/app/").content.decode()
