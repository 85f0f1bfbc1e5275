"""The router's settings: typed, in versions, changed by one at a time and back again."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core.errors import Conflict, Invalid
from apps.sms import router
from apps.sms.knobs import _kinds, pace
from apps.sms.models import RouterConfig
from tests.conftest import Recorded
from tests.races import together
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
KEY = pace.ANSWERS_A_MINUTE.key


def row(key: str = KEY) -> RouterConfig:
    return RouterConfig.objects.get(config_key=key)


def set_to(by: User, typed: Any, *, seen: int, is_active: bool = True) -> RouterConfig:
    return router.change(by=by, row=row(), typed=typed, is_active=is_active, seen=seen)


def test_every_setting_has_a_row_with_what_the_code_says() -> None:
    assert set(RouterConfig.objects.values_list("config_key", flat=True)) == set(
        router.every()
    )
    for knob in router.every().values():
        assert router.value(knob) == knob.default
        assert knob.kind.read(knob.kind.read(knob.default)) == knob.default


def test_a_change_counts_from_the_next_question_on(
    ada: User, recorded: Recorded
) -> None:
    changed = set_to(ada, " 12 ", seen=1)
    assert router.value(pace.ANSWERS_A_MINUTE) == 12 and changed.version == 2
    (event,) = recorded("sms.routerconfig.change")
    assert event.actor_id == ada.pk
    set_to(ada, "12", seen=2, is_active=False)
    assert router.value(pace.ANSWERS_A_MINUTE) == pace.ANSWERS_A_MINUTE.default


@pytest.mark.parametrize(
    "typed", ["", "x", "1e3", "-1", "4", "601", "٣٠", True, "9" * 40]
)
def test_what_is_no_value_of_its_kind_changes_nothing(ada: User, typed: Any) -> None:
    with pytest.raises(Invalid):
        set_to(ada, typed, seen=1)
    assert row().version == 1


def test_of_two_edits_at_once_one_is_refused(ada: User) -> None:
    outcomes = together(2, lambda: set_to(ada, 10, seen=1))
    assert sum(isinstance(each, Conflict) for each in outcomes) == 1
    assert row().version == 2 and row().versions.count() == 2


def test_an_earlier_version_comes_back_as_a_new_one(ada: User) -> None:
    set_to(ada, 10, seen=1)
    set_to(ada, 25, seen=2)
    back = router.roll_back(by=ada, row=row(), version=2, seen=3)
    assert (back.version, router.value(pace.ANSWERS_A_MINUTE)) == (4, 10)
    assert [words for _, words in router.with_differences(row())] == [
        "25 answers → 10 answers",
        "10 answers → 25 answers",
        "20 answers → 10 answers",
        "20 answers",
    ]


def test_a_list_says_what_came_and_what_went() -> None:
    letters = _kinds.words("letters", is_one=lambda each: len(each) == 1)
    kept = row()
    old, new = (
        kept.versions.model(config=kept, version=n, config_value=value, is_active=True)
        for n, value in ((2, ["A", "B"]), (3, list(letters.read("c, a"))))
    )
    assert router.difference(old, new) == "+C -B"
    with pytest.raises(Invalid, match="AB"):
        letters.read("a ab")


def test_what_no_longer_fits_gives_way_to_the_default() -> None:
    RouterConfig.objects.filter(config_key=KEY).update(config_value="many")
    assert router.value(pace.ANSWERS_A_MINUTE) == pace.ANSWERS_A_MINUTE.default
    assert router.shown(row()) == "many"


def test_the_console_edits_shows_differences_and_rolls_back(ada: User) -> None:
    client: Client = signed_in(ada)
    page = f"/admin/sms/routerconfig/{row().pk}/change/"
    assert b"5 to 600 answers" in client.get(page).content
    form = {"is_active": "on", "value": "601", "seen": "1"}
    refused = client.post(page, form)
    assert "It may be 5 to 600 answers." in refused.content.decode()
    assert client.post(page, form | {"value": "12"}).status_code == 302
    shown = client.get(page).content.decode()
    assert "20 answers → 12 answers" in shown and "ada@example.com" in shown
    late = client.post(page, form | {"value": "13"}).content.decode()
    assert router.CHANGED in late
    assert client.post(page, form | {"back_to": "1", "seen": "2"}).status_code == 302
    assert router.value(pace.ANSWERS_A_MINUTE) == 20 and row().version == 3
    assert "20 answers" in client.get("/admin/sms/routerconfig/").content.decode()


def test_nobody_else_changes_it(alice: User) -> None:
    page = f"/admin/sms/routerconfig/{row().pk}/change/"
    answer = signed_in(alice).post(page, {"value": "12", "seen": "1"})
    assert answer.status_code in (302, 403) and row().version == 1
