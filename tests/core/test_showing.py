"""What shows rows quickly says what REST framework says."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, ClassVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import models
from django.utils.timezone import override
from rest_framework import serializers

from apps.accounts.models import User
from apps.core import showing
from apps.core.serializers import ExactModel, OpaqueId
from tests.factories import UserFactory

AT = datetime(2026, 12, 1, 9, 30, 15, 250_000, tzinfo=UTC)


class Color(models.TextChoices):
    RED = "red", "Red"


class Named(serializers.Field[Any, Any, Any, Any]):
    """Says something that only the context knows."""

    def to_representation(self, value: Any) -> str:
        return f"{value} of {self.context['owner']}"


class InnerSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)


class KnowingSerializer(serializers.Serializer[Any]):
    name = Named()


class NumberedSerializer(serializers.Serializer[Any]):
    numbered = OpaqueId(User, source="count")


class WholeSerializer(NumberedSerializer):
    inners = NumberedSerializer(many=True)


class ShoutedSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()

    def to_representation(self, instance: Any) -> Any:
        return {"name": super().to_representation(instance)["name"].upper()}


class EverySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="public_id")
    short = serializers.UUIDField(source="public_id", format="hex")
    text = serializers.CharField(allow_null=True)
    mail = serializers.EmailField()
    count = serializers.IntegerField()
    big = serializers.BooleanField()
    maybe = serializers.BooleanField(allow_null=True)
    share = serializers.FloatField()
    price = serializers.DecimalField(max_digits=6, decimal_places=2)
    at = serializers.DateTimeField()
    there = serializers.DateTimeField(
        source="at", default_timezone=ZoneInfo("Asia/Tokyo")
    )
    year = serializers.DateTimeField(source="at", format="%Y")
    day = serializers.DateField()
    lasts = serializers.DurationField()
    color = serializers.ChoiceField(Color.choices)
    words = serializers.ListField(child=serializers.CharField())
    more = serializers.JSONField()
    told = serializers.CharField(source="tell")
    far = serializers.CharField(source="inner.name", allow_null=True)
    usual = serializers.CharField(source="nowhere", default="usual")
    left_out = serializers.CharField(source="nowhere", required=False)
    method = serializers.SerializerMethodField()
    numbered = OpaqueId(User, source="number")
    owned = Named(source="text", allow_null=True)
    inner = InnerSerializer(allow_null=True)
    inners = InnerSerializer(many=True)
    knowing = KnowingSerializer(source="inner", allow_null=True)
    knowings = KnowingSerializer(source="inners", many=True)
    shouted = ShoutedSerializer(source="inner", allow_null=True)
    itself = InnerSerializer(source="*")
    secret = serializers.CharField(write_only=True)

    def get_method(self, row: Any) -> str:
        text = row["text"] if isinstance(row, dict) else row.text
        return f"{text}, {self.context['owner']}"


def a_row(**other: Any) -> dict[str, Any]:
    inner = SimpleNamespace(name="inner", at=AT)
    return {
        "public_id": uuid4(),
        "name": "row",
        "text": "words",
        "mail": "a@example.com",
        "count": 3,
        "number": 3,
        "big": True,
        "maybe": None,
        "share": 1,
        "price": Decimal("2.5"),
        "at": AT,
        "day": date(2026, 12, 1),
        "lasts": timedelta(minutes=5),
        "color": Color.RED,
        "words": ["a", "b"],
        "more": {"a": [1]},
        "tell": lambda: "told",
        "inner": inner,
        "inners": [inner, {"name": 5, "at": None}],
        "secret": "no",
        **other,
    }


ROWS = {
    "usual": a_row(),
    "nothing": a_row(text=None, inner=None, inners=[]),
    "other types": a_row(count="7", big="false", text=5, color="red", share="1.5"),
    "unknown choice": a_row(color="blue"),
    "no choice": a_row(color=""),
    "moment elsewhere": a_row(at=AT.astimezone(timezone(timedelta(hours=5)))),
    "moment written": a_row(at="2026-12-01"),
    "found": a_row(nowhere="here"),
}
CONTEXT = {"owner": "Alice"}


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
@pytest.mark.parametrize("row", ROWS.values(), ids=list(ROWS))
def test_a_row_is_shown_as_its_serializer_shows_it(
    row: dict[str, Any], zone: str
) -> None:
    for each in (row, SimpleNamespace(**row)):
        with override(ZoneInfo(zone)):
            told = EverySerializer(each, context=CONTEXT).data
            found = showing.reader(EverySerializer, CONTEXT)(each)
        # The same types in the same order, and not only what is equal.
        assert repr(found) == repr(told)


def test_each_answer_has_a_context_of_its_own() -> None:
    row = a_row()
    ada, bob = (
        showing.reader(EverySerializer, {"owner": name}) for name in ("Ada", "Bob")
    )
    assert (ada(row)["owned"], bob(row)["owned"]) == ("words of Ada", "words of Bob")
    assert (ada(row)["method"], bob(row)["method"]) == ("words, Ada", "words, Bob")
    assert ada(row)["knowing"] == {"name": "inner of Ada"}


def test_what_asks_no_context_is_made_once_and_not_copied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = {"count": 3, "inners": [{"count": 4}]}
    told = WholeSerializer(row).data
    assert showing.reader(WholeSerializer)(row) == told

    def copied(*_: Any) -> Any:
        raise AssertionError("a field was copied for an answer")

    monkeypatch.setattr(OpaqueId, "__deepcopy__", copied)
    with pytest.raises(AssertionError, match="copied"):
        _ = WholeSerializer(row).data
    assert showing.reader(WholeSerializer)(row) == told


def test_some_fields_alone_in_their_order() -> None:
    wanted = {"text", "id"}
    found = showing.reader(EverySerializer, CONTEXT, wanted)(a_row())
    assert list(found) == ["id", "text"]
    assert showing.names(EverySerializer)[:3] == ("id", "short", "text")
    assert "secret" not in showing.names(EverySerializer)


def test_what_shows_itself_in_a_way_of_its_own_still_does() -> None:
    row = {"name": "ada"}
    assert showing.reader(ShoutedSerializer)(row) == {"name": "ADA"}


def test_a_row_that_lacks_a_field_is_a_defect_as_before() -> None:
    with pytest.raises(KeyError, match="InnerSerializer"):
        showing.reader(InnerSerializer)({"at": None})
    with pytest.raises(AttributeError, match="InnerSerializer"):
        showing.reader(InnerSerializer)(SimpleNamespace(at=None))


class UserSerializer(ExactModel[User]):
    class Meta:
        model = User
        fields: ClassVar = ["id", "email", "groups", "created_at", "is_active"]


@pytest.mark.django_db
def test_a_row_of_a_model_is_shown_as_its_serializer_shows_it() -> None:
    user = UserFactory.create()
    user.refresh_from_db()
    assert showing.reader(UserSerializer)(user) == UserSerializer(user).data
