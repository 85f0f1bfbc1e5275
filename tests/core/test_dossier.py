"""Every table that leads to people is on the shelf, and what is on it can be read."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from apps.accounts.models import User
from apps.core import dossier
from apps.core.dossier import Kept
from apps.sms.models import InboundText, OptOut, WebhookCall
from tests.factories import PhoneNumberFactory, UserFactory
from tests.rbac.factories import ThingFactory
from tests.rbac.things.models import Thing

pytestmark = pytest.mark.django_db
# Of columns that hold somebody's number, or somebody, without a foreign key.
NUMBERS = {"number", "e164", "phone", "to", "address"}
# And of those that tell of somebody's texts by their id alone.
BY_TEXT = {WebhookCall: {"sid"}}
IDS = {"user_id", "person_id", "actor_id", "on_behalf_of_id", "subject_id"}


def _links(model: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    for field in model._meta.concrete_fields:
        if field.is_relation and isinstance(field.related_model, type):
            yield field.name, field.related_model


def _direct(model: type[models.Model]) -> set[str]:
    found = {name for name, to in _links(model) if to is User}
    for field in model._meta.concrete_fields:
        is_words = isinstance(field, models.EmailField) or (
            isinstance(field, models.CharField) and field.name in NUMBERS
        )
        if is_words or (field.name in IDS and not field.is_relation):
            found.add(field.name)
    return found


def _ways(model: type[models.Model]) -> set[str]:
    """Straight to a person; else by one row between."""
    by_one = {name for name, to in _links(model) if to is not User and _direct(to)}
    return _direct(model) or by_one


def _found() -> dict[type[models.Model], set[str]]:
    every = apps.get_models(include_auto_created=True)
    return BY_TEXT | {model: ways for model in every if (ways := _ways(model))}


def test_every_table_with_a_way_to_people_is_on_the_shelf_with_all_its_ways() -> None:
    declared = {kept.model: set(kept.ways) for kept in dossier.every()}
    assert declared == _found()


def test_a_table_is_named_once_and_so_is_a_file() -> None:
    by_model = Counter(kept.model for kept in dossier.every())
    by_name = Counter(kept.name for kept in dossier.handed_out())
    assert set(by_model.values()) == set(by_name.values()) == {1}


@pytest.mark.parametrize("kept", dossier.every(), ids=lambda kept: kept.model.__name__)
def test_rows_go_with_the_account_or_it_is_said_why_they_stay(kept: Kept) -> None:
    assert kept.words and bool(kept.name) == bool(kept.columns)
    field = kept.model._meta.get_field(kept.ways[0])
    on_delete = getattr(field.remote_field, "on_delete", None)
    if kept.model is User:
        assert not kept.stays
    elif field.related_model is User:
        assert (on_delete is models.CASCADE) == (not kept.stays)
    elif on_delete is None:
        assert kept.stays


@pytest.mark.parametrize(
    "kept", dossier.handed_out(), ids=lambda kept: kept.model.__name__
)
def test_its_columns_are_there(kept: Kept) -> None:
    """A row of nothing but defaults can be read by all its names."""
    if kept.read:
        return
    row = kept.model()
    for how in kept.columns.values():
        if isinstance(how, str) and "." not in how:
            assert hasattr(type(row), how)


def _rows(name: str, user: User) -> list[dict[str, object]]:
    return list(next(k for k in dossier.handed_out() if k.name == name).rows(user))


def test_rows_are_the_persons_own_however_many() -> None:
    alice, bob = UserFactory.create(), UserFactory.create(name="Bob")
    ThingFactory.create(user=bob, name="bobs")
    Thing.objects.bulk_create(Thing(user=alice, name=f"n{n}") for n in range(1_201))
    names = [row["name"] for row in _rows("things", alice)]
    assert names == [f"n{n}" for n in range(1_201)]


def test_texts_of_a_number_before_it_was_theirs_are_not_theirs() -> None:
    alice = UserFactory.create()
    number = PhoneNumberFactory.create(user=alice).e164
    InboundText.objects.create(
        sid="SM1", lane_id=1, number=number, our_number="+1", request_id="r"
    )
    OptOut.objects.create(
        our_number="+1", number=number, is_out=True, source=OptOut.SOURCES[0]
    )
    OptOut.objects.create(
        our_number="+1", number="+12025550188", is_out=True, source=OptOut.SOURCES[0]
    )
    assert _rows("texts-from-you", alice) == []
    assert [row["number"] for row in _rows("stop-and-start", alice)] == [number]
