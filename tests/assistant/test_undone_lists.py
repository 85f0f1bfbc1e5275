"""Undo of a new list takes back what that made; what came on it since is not lost."""

import pytest

from apps.assistant import lists, undoing
from apps.assistant.models import List, ListItem, ToolCall
from apps.core import errors
from tests import races
from tests.assistant.conftest import Phone
from tests.assistant.sharing import given
from tests.factories import UserFactory

GONE = "Undone: there is no such list any more."
STAYS = "Undone. The list stays, as more came on it since."


def there(name: str) -> list[str] | None:
    row = List.objects.filter(name=name, is_deleted=False).first()
    return [item.text for item in row.items.kept()] if row else None


def test_what_others_put_there_since_stays(alice: Phone, bob: Phone) -> None:
    alice.text("start a camp list: tent")
    row = List.objects.get()
    given(row, bob.user, "edit")
    lists.add(by=bob.user, row=row, texts=["stove", "lamp"])
    made = ToolCall.objects.get(tool="lists.add")
    said = undoing.take_back_elsewhere(user=alice.user, handle=str(made.handle))
    assert said == STAYS
    assert there("camp") == ["stove", "lamp"]
    assert "1) stove" in bob.text("show camp")


def test_what_one_put_there_since_stays(alice: Phone) -> None:
    alice.text("start a zz list: a, b")
    lists.add(by=alice.user, row=List.objects.get(), texts=["later one"])
    assert alice.text("undo") == STAYS
    assert there("zz") == ["later one"]


def test_what_was_ticked_off_stays_too(alice: Phone) -> None:
    alice.text("start a zz list: a, b")
    later = lists.add(by=alice.user, row=List.objects.get(), texts=["later one"])
    lists.mark(by=alice.user, rows=later, state=ListItem.State.DONE)
    assert alice.text("undo") == STAYS


@pytest.mark.parametrize("is_gone", [True, False])
def test_an_empty_one_stays_where_something_came_on_it(
    alice: Phone, is_gone: bool
) -> None:
    alice.text("new list called camp")
    made = lists.add(by=alice.user, row=List.objects.get(), texts=["tent"])
    if is_gone:
        lists.mark(by=alice.user, rows=made, state=ListItem.State.DELETED)
        assert alice.text("undo") == GONE
        assert there("camp") is None
    else:
        assert alice.text("undo") == "More came on camp since, so the list stays."
        assert there("camp") == ["tent"]
        assert ToolCall.objects.get(tool="lists.make").state == ToolCall.State.DONE


def test_with_nothing_more_on_it_the_list_goes_and_that_is_said(alice: Phone) -> None:
    alice.text("start a camp list: tent")
    assert alice.text("undo") == GONE
    assert there("camp") is None


def test_what_was_moved_to_a_new_list_goes_back_and_the_rest_stays(
    alice: Phone,
) -> None:
    alice.text("buy milk")
    alice.text("show shopping")
    alice.text("move item 1 to the ikea list")
    lists.add(by=alice.user, row=List.objects.get(key="ikea"), texts=["lamp"])
    assert alice.text("undo") == STAYS
    assert (there("ikea"), there("Shopping")) == (["lamp"], ["milk"])


def test_a_list_that_was_deleted_since_is_left_so(alice: Phone) -> None:
    alice.text("start a camp list: tent")
    lists.drop(by=alice.user, row=List.objects.get())
    assert alice.text("undo").startswith("It was changed since")


@pytest.mark.django_db(transaction=True)
def test_nothing_is_put_on_a_list_that_is_taken_back_meanwhile() -> None:
    owner = UserFactory.create()
    row = lists.make(user=owner, name="camp")
    before = {"list": str(row.public_id), "is_deleted": True}
    found = races.overtaken(
        row,
        lambda: lists.unmake(user=owner, before=before),
        lambda: added(row),
    )
    assert isinstance(found, errors.NotFound)
    assert not ListItem.objects.exists()


def added(row: List) -> object:
    try:
        return lists.add(by=row.user, row=row, texts=["tent"])
    except errors.NotFound as error:
        return error
