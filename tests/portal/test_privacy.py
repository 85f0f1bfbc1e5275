"""The page about privacy says what the code goes by."""

import html

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from apps.core import dossier, shelves
from apps.jobs import keeping
from apps.jobs.models import RetentionRule
from apps.portal import privacy
from apps.rbac.models import Role

pytestmark = pytest.mark.django_db


def test_every_table_that_leads_to_people_is_told_with_its_own_words(
    client: Client,
) -> None:
    # The tests have an app of their own, which has no title.
    assert {key for key, _ in privacy.AREAS} == set(dossier.by_app()) - {"things"}
    with CaptureQueriesContext(connection) as queries:
        page = html.unescape(client.get("/privacy/").content.decode())
    assert len(queries) <= 15
    for kept in dossier.every():
        assert kept.words in page and kept.stays in page


def test_how_long_is_what_operators_have_said(client: Client) -> None:
    rule = keeping.every()["accounts.sign_ins"]
    page = client.get("/privacy/").content.decode()
    assert f"{rule.words}: gone after {rule.days} days." in page
    RetentionRule.objects.update_or_create(rule=rule.key, defaults={"days": 41})
    page = client.get("/privacy/").content.decode()
    assert f"{rule.words}: gone after 41 days." in page
    RetentionRule.objects.filter(rule=rule.key).update(is_on=False)
    page = client.get("/privacy/").content.decode()
    assert f"{rule.words}: not removed by itself." in page


def test_every_rule_about_a_table_of_people_is_on_the_page() -> None:
    told = {
        term.words
        for area in privacy.areas()
        for line in area.lines
        for term in line.terms
    }
    of_people = {kept.model for kept in dossier.every()}
    for model, term in privacy._of_rules():
        assert (term.words in told) == (model in of_people)


def test_who_may_open_what_was_written_is_as_it_is_now(client: Client) -> None:
    assert privacy.readers() == ["Administrator"]
    assert "The role Administrator opens it" in client.get("/privacy/").content.decode()
    for role in Role.objects.all():
        role.group.permissions.clear()
    page = client.get("/privacy/").content.decode()
    assert "Nobody opens what you wrote" in page


def test_others_who_see_something_are_named(client: Client, settings: Settings) -> None:
    page = client.get("/privacy/").content.decode()
    assert "None is in use here." in page and "texts are only played here" in page
    settings.ASSISTANT_LLM_BASE_URL = "https://models.example.com:8443/v1"
    settings.SMS_GATEWAY = "twilio"
    settings.MAIL_PROVIDER = "postmark"
    page = client.get("/privacy/").content.decode()
    assert "is sent to models.example.com," in page
    assert "Texts go by Twilio" in page and "They leave by Postmark" in page


def test_it_stands_in_the_navigation_of_somebody(as_alice: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = as_alice.get("/privacy/").content.decode()
    assert len(queries) <= 15
    assert '<a href="/privacy/" aria-current="page">' in page


def test_a_shelf_across_the_apps_is_all_of_theirs() -> None:
    by_app = shelves.by_app("personal", "PERSONAL")
    assert sum(map(len, by_app.values())) == len(dossier.every())
