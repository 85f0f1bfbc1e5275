"""What is connected, where to connect, what is switched on: each for oneself."""

import pytest
from django.conf import settings
from django.test import Client

from apps.assistant import features
from tests.assistant import elsewhere
from tests.assistant.conftest import Phone
from tests.assistant.test_approvals import sent
from tests.integrations.servers import Simulator

PAGES, ITEMS = "/v1/pages", "/youtube/v3/playlistItems"


def test_the_link_leads_to_a_page_behind_the_sign_in(
    alice: Phone, providers: Simulator, client: Client
) -> None:
    said = alice.text("connect google")
    path = "/app/connections/google/"
    assert said == (
        f"Connect Google here, signed in as yourself: {settings.PUBLIC_URL}{path}"
    )
    answer = client.get(path)
    assert answer.status_code == 302 and "/app/" not in answer["location"].split("?")[0]
    assert "outlook" not in alice.text("connect my outlook account")
    assert alice.text("connect rockets").startswith("Which one? I can connect ")


def test_one_sees_the_connections_that_are_ones_own(
    alice: Phone, bob: Phone, providers: Simulator
) -> None:
    elsewhere.connected(alice, providers, "google")
    said = alice.text("connections").splitlines()
    assert said[0].startswith("Google, alice@example.com: ")
    assert said[1].startswith("You can connect ")
    assert bob.text("connections").startswith("No account is connected.")
    bob.text("switch mail off")
    assert features.off(bob.user) == {"mail", "nudges"}
    assert features.off(alice.user) == {"nudges"}


def test_nobody_reaches_an_account_of_somebody_else(
    alice: Phone, bob: Phone, providers: Simulator
) -> None:
    """Bob has nothing connected, and names what Alice has listed."""
    for provider in elsewhere.FEATURES:
        elsewhere.connected(alice, providers, provider)
    for listing, kind in (
        ("unread", "mails"),
        ("what's on friday", "events"),
        ("notion pages", "pages"),
        ("youtube bread", "videos"),
    ):
        alice.text(listing)
        shown = alice.scene().shown_of(kind)
        assert shown
        bob.text("lists")
        conversation = bob.scene().conversation
        conversation.shown, conversation.shown_kind = shown, kind
        conversation.save()
        providers.order("clear_log")
        for text in (
            "read 1",
            "reply to 1: hello",
            "move 1 to 5pm",
            "cancel event 1",
            "add to page 1: hello",
            "read page 1",
            "add video 1 to playlist bread",
            "my playlists",
            "agenda",
        ):
            bob.text(text)
        assert not providers.requests()


def test_a_page_is_written_once_and_after_a_yes(
    alice: Phone, providers: Simulator
) -> None:
    elsewhere.connected(alice, providers, "notion")
    asked = alice.text("new notion page Trip: pack the tent")
    assert not providers.requests(PAGES, method="POST")
    code = elsewhere.code_in(asked)
    assert alice.text(f"always {code}") == "New page: Trip."
    assert alice.text(f"ok {code}").startswith("That was decided already.")
    assert len(providers.requests(PAGES, method="POST")) == 1
    # ALWAYS is about that workspace and making pages, not about adding to them.
    assert alice.text("new notion page Garden: beans") == "New page: Garden."
    assert "Reply OK" in alice.text("add to page recipes: carrot cake")


def test_a_video_is_added_after_a_yes(alice: Phone, providers: Simulator) -> None:
    elsewhere.connected(alice, providers, "youtube")
    alice.text("youtube bread lab")
    asked = alice.text("add 1 to bread")
    assert not providers.requests(ITEMS, method="POST")
    alice.text("youtube knots")  # numbers mean others now, the yes does not
    said = alice.text(f"ok {elsewhere.code_in(asked)}")
    assert said == "Added to Bread: Sourdough for beginners."
    assert len(providers.requests(ITEMS, method="POST")) == 1
    assert alice.text("add 1 to cooking").startswith("You have no playlist cooking.")


@pytest.mark.parametrize(
    ("key", "text", "after"),
    [
        ("calendar", "agenda", "Nothing on your calendar"),
        ("mail", "unread", "is connected that lets me"),
        ("pages", "notion lisbon", "is connected that lets me"),
        ("videos", "my playlists", "is connected that lets me"),
    ],
)
def test_what_is_switched_off_is_not_done(
    alice: Phone, providers: Simulator, key: str, text: str, after: str
) -> None:
    alice.text(f"switch {key} off")
    assert "is switched off for you" in alice.text(text)
    assert sent(providers) == []
    alice.text(f"switch {key} on")
    assert after in alice.text(text)
