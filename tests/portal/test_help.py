"""Help, for whoever reads it: all that can be said, and only that."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django import Settings

from apps.assistant import phrases, toolbox
from apps.portal import help as pages
from apps.rbac import limits
from apps.sms import keywords

pytestmark = pytest.mark.django_db


def test_all_that_the_assistant_can_is_in_one_topic() -> None:
    nouns = [noun for _, _, nouns in pages.TOPICS for noun in nouns]
    assert len(nouns) == len(set(nouns))
    assert set(nouns) == {pages.noun(tool) for tool in toolbox.every()}
    told = [each.does for topic in pages.topics() for each in topic.commands]
    assert sorted(told) == sorted(tool.title for tool in toolbox.every())


@pytest.mark.parametrize("language", phrases.languages())
def test_each_topic_that_can_be_asked_about_is_there(language: str) -> None:
    with phrases.spoken_in(language):
        asked = {key for key in phrases.words().topics if key.startswith("help_")}
    assert {f"help_{key}" for key, _, _ in pages.TOPICS} == asked


def test_it_is_in_the_readers_language_where_the_assistant_speaks_it() -> None:
    with translation.override("es"), phrases.spoken_in("es"):
        spanish = pages.topics()
        assert [each.words for each in spanish] == [
            phrases.say(f"help_{key}") for key, _, _ in pages.TOPICS
        ]
    # An English text would not be understood by who texts in Spanish.
    assert not any(each.says for topic in spanish for each in topic.commands)
    with translation.override("de"):
        assert all(each.says for topic in pages.topics() for each in topic.commands)


def test_a_stranger_finds_each_topic_by_its_anchor(client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/help/").content.decode()
    assert len(queries) == 0
    linked = set(re.findall(r'href="#([a-z]+)"', page)) - {"main"}
    assert linked == set(re.findall(r'<section class="card" id="([a-z]+)"', page))
    for key, _, _ in pages.TOPICS:
        assert f'id="say-{key}"' in page
    for word in keywords.STOP_WORDS | keywords.START_WORDS:
        assert word.upper() in page
    assert f"{limits.decided(None).texts} texts a month" in page
    assert "Sign in" in page and 'aria-label="Main"' not in page


def test_somebody_signed_in_keeps_the_navigation(as_alice: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = as_alice.get("/help/").content.decode()
    assert len(queries) <= 15
    assert '<a href="/help/" aria-current="page">' in page
    assert "You have 100 texts a month" in page


def test_whom_to_write_to_is_told_where_there_is_somebody(
    client: Client, settings: Settings
) -> None:
    assert "mailto:" not in client.get("/help/").content.decode()
    settings.SUPPORT_EMAIL = "help@example.com"
    for path in ("/help/", "/privacy/"):
        assert 'href="mailto:help@example.com"' in client.get(path).content.decode()


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/status/", "/privacy/"])
def test_help_is_in_the_same_place_of_every_page(
    client: Client, as_alice: Client, path: str
) -> None:
    """WCAG 3.2.6: in the bar at the top, and in the foot of pages that have one."""
    page = client.get(path).content.decode()
    bar, foot = page.split("</header>")[0], page.split("<footer")[1]
    assert 'href="/help/"' in bar and 'href="/help/"' in foot
    assert 'href="/help/"' in as_alice.get("/app/").content.decode().split("<main")[0]
