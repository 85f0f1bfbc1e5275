"""What every provider and every capability on the shelves promises."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from apps.accounts.models import User
from apps.core import shelves
from apps.integrations import (
    calendars,
)
from apps.integrations import capability as capabilities
from apps.integrations import client, facets, mailboxes, notebooks
from apps.integrations import provider as providers
from apps.integrations import videos
from apps.integrations.answers import FeatureOff
from apps.integrations.capability import Capability
from apps.integrations.facets import Facet
from apps.integrations.provider import Feature, Provider, Wire
from apps.integrations.tokens import NotUsable
from tests.integrations.accounts import connected
from tests.integrations.recording import recorder

EVERY = capabilities.every()
FACETS: tuple[type[Facet], ...] = shelves.collect(capabilities.SHELF, "FACET")
NOUNS = (
    calendars.Calendar,
    mailboxes.Mailbox,
    notebooks.Notebook,
    videos.Library,
)
WHEN = datetime(2031, 3, 3, 9, tzinfo=ZoneInfo("America/New_York"))
FEATURES = [(each, one) for each in providers.every() for one in each.features]


def called(one: Capability) -> str:
    return f"{one.provider} {one.name}"


# --- Providers -------------------------------------------------------------------------


@pytest.mark.parametrize("provider", providers.every(), ids=str)
def test_a_provider_is_whole(provider: Provider, settings: Settings) -> None:
    assert re.fullmatch("[a-z]+", provider.id) and provider.name and provider.words
    assert provider.id in settings.PROVIDER_BASE_URLS
    for url in (
        provider.authorize_url,
        provider.token_url,
        provider.own_page,
        provider.revoke_url or "https://x",
        provider.profile_url or "https://x",
    ):
        assert urlsplit(url).scheme == "https"
    assert provider.hosts
    ids = [feature.id for feature in provider.features]
    assert len(set(ids)) == len(ids)
    assert provider.suggested, "somebody who chooses nothing gets something"
    assert provider.has_pkce or provider.wire == Wire.BASIC_JSON


@pytest.mark.parametrize(("provider", "feature"), FEATURES)
def test_a_feature_is_said_in_plain_words(provider: Provider, feature: Feature) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z]+", feature.id)
    assert feature.title and feature.words.endswith(".")
    assert bool(feature.scopes) == provider.has_scopes
    assert not (feature.is_suggested and feature.is_sensitive)
    assert not (feature.is_suggested and feature.is_write)


@pytest.mark.parametrize(("provider", "feature"), FEATURES)
def test_a_feature_is_good_for_something(provider: Provider, feature: Feature) -> None:
    mine = [
        each
        for each in EVERY
        if (each.provider, each.feature) == (provider.id, feature.id)
    ]
    assert mine
    assert any(each.is_write for each in mine) == feature.is_write


# --- Capabilities ----------------------------------------------------------------------


def test_each_has_a_name_of_its_own_there() -> None:
    names = [(each.provider, each.name) for each in EVERY]
    assert len(set(names)) == len(names)
    for each in EVERY:
        assert capabilities.named(each.provider, each.name) is each


@pytest.mark.parametrize("facet", FACETS, ids=lambda facet: facet.__name__)
def test_a_side_of_an_account_is_of_one_provider_and_one_noun(
    facet: type[Facet],
) -> None:
    assert len({each.provider for each in facet.capabilities}) == 1
    assert sum(issubclass(facet, noun) for noun in NOUNS) == 1
    assert not getattr(facet, "__abstractmethods__", None)
    for name, method in vars(facet.__mro__[1]).items():
        if getattr(method, "__isabstractmethod__", False):
            assert getattr(facet, name) is not method, f"{name} is missing"


@pytest.mark.parametrize("one", EVERY, ids=called)
def test_a_capability_keeps_to_its_provider_and_feature(one: Capability) -> None:
    provider = providers.named(one.provider)
    feature = provider.feature(one.feature)
    assert re.fullmatch(r"[a-z]+\.[a-z]+", one.name) and len(one.name) <= 40
    parts = urlsplit(one.url)
    assert (parts.scheme, parts.query, parts.fragment) == ("https", "", "")
    assert parts.netloc in provider.hosts
    assert one.method in {"GET", "POST", "PATCH", "DELETE"}
    if one.method == "GET":
        assert not one.is_write
    if one.method in {"PATCH", "DELETE"}:
        assert one.is_write
    if one.is_write:
        assert feature.is_write, "what only looks does not write"
    else:
        assert one.is_repeatable, "what only reads may be asked for again"


@pytest.mark.parametrize("one", EVERY, ids=called)
@pytest.mark.django_db
def test_who_did_not_switch_it_on_is_refused_before_anybody_is_asked(
    one: Capability, alice: User, settings: Settings
) -> None:
    provider = providers.named(one.provider)
    others = [each for each in provider.by_id if each != one.feature]
    with recorder() as there:
        settings.PROVIDER_BASE_URLS = {one.provider: there.url}
        row = connected(alice, one.provider, others)
        with pytest.raises(FeatureOff):
            client.of(row, one.name)
        row.features = [*others, one.feature]
        narrow = {
            scope
            for scope in provider.feature(one.feature).scopes
            for other in provider.chosen(others)
            if scope in other.scopes or scope in _implied(provider, other.scopes)
        }
        if provider.has_scopes and not narrow:
            with pytest.raises(FeatureOff):
                client.of(row, one.name)  # chosen, and not granted
        for status in ("paused", "attention", "ended"):
            row.status = status
            with pytest.raises(NotUsable):
                client.of(row, one.name)
        assert there.asked == []


def _implied(provider: Provider, scopes: tuple[str, ...]) -> set[str]:
    return {narrow for wide in scopes for narrow in provider.implies.get(wide, ())}


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
@pytest.mark.django_db
def test_nobody_sees_what_is_somebody_else_s(
    noun: type[Facet], alice: User, bob: User
) -> None:
    for provider in providers.every():
        connected(alice, provider.id)
    assert facets.of(alice, noun)
    assert facets.of(bob, noun) == []


@pytest.mark.django_db
def test_all_sides_of_all_accounts_are_found_by_two_queries(
    alice: User, django_assert_num_queries: Any
) -> None:
    for provider in providers.every():
        connected(alice, provider.id)
    with django_assert_num_queries(2):
        assert len(calendars.of(alice)) == 2
    assert len(mailboxes.of(alice)) == 2
    assert len(notebooks.of(alice)) == len(videos.of(alice)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_call_takes_three_queries(alice: User, settings: Settings) -> None:
    """What was granted, the token, the count."""
    row = connected(alice, "google")
    with recorder() as there, CaptureQueriesContext(connection) as caught:
        settings.PROVIDER_BASE_URLS = {"google": there.url}
        client.of(row, "calendar.list").call(query={"timeMin": str(WHEN)})
    # A transaction without a statement is one that the server never hears of.
    done = [sql for sql in (each["sql"] for each in caught) if " " in sql]
    assert len(done) == 3, done
    (asked,) = there.asked
    assert asked.headers["Authorization"] == "Bearer token"
