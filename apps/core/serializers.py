"""What the API takes: the fields that its schema names, of the JSON type it names.

REST framework makes text of a number, a number of text and an id of a number, and reads
past a field that it does not know. Whoever sends such a thing has made a mistake, and
is told.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.db.models import Model
from django.utils.timezone import is_naive
from rest_framework import serializers

from apps.core import opaque, years

M = TypeVar("M", bound=Model)
_WRONG = "This is of another type."
_UNKNOWN = "There is no such field here."
_FIXED = "This cannot be changed here."


class Choice(serializers.ChoiceField):
    """Repeats nothing of what was sent."""

    default_error_messages: ClassVar = {
        "invalid_choice": "This is none of the choices."
    }


class Day(serializers.DateField):
    default_validators = [years.within]


class Moment(serializers.DateTimeField):
    """Said without an offset it would be another moment to whoever sent it."""

    default_validators = [years.within]
    default_error_messages: ClassVar = {
        "no_offset": "Say it with its offset, such as 2026-12-01T10:00:00-05:00."
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if is_naive(value):
            self.fail("no_offset")
        return super().enforce_timezone(value)


class OpaqueId(serializers.CharField):
    """The number of a row of this model, as `opaque.name` names it."""

    asks_no_context = True  # see `showing`

    def __init__(self, model: type[Model], **described: Any) -> None:
        self.model = model
        super().__init__(read_only=True, **described)

    def to_representation(self, value: Any) -> str:
        return opaque.name(self.model, value)


# The first that fits; of what is not named REST framework itself judges the type.
_TYPES: tuple[tuple[type[serializers.Field[Any, Any, Any, Any]], type], ...] = (
    (serializers.CharField, str),
    (serializers.UUIDField, str),
    (serializers.TimeField, str),
    (serializers.DateField, str),
    (serializers.DateTimeField, str),
    (serializers.IntegerField, int),
    (serializers.BooleanField, bool),
)


class Exact(serializers.Serializer[Any]):
    def to_internal_value(self, data: Any) -> Any:
        given = data if isinstance(data, Mapping) else {}
        wrong = {name: [why] for name in given if (why := self._why_not(name, given))}
        if wrong:
            raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)

    def _why_not(self, name: Any, given: Mapping[Any, Any]) -> str:
        field = self.fields.get(name)
        if field is None:
            return _UNKNOWN
        if field.read_only:
            return _FIXED
        return "" if _fits(field, given[name]) else _WRONG


class ExactModel(Exact, serializers.ModelSerializer[M]):
    serializer_choice_field = Choice
    serializer_field_mapping: ClassVar = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateField: Day,
        models.DateTimeField: Moment,
    }


def _fits(field: Any, value: Any) -> bool:
    """What is missing or null is judged by the field itself."""
    if value is None:
        return True
    if isinstance(field, serializers.ChoiceField):
        return type(value) in {type(each) for each in field.choices}
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return all(_fits(field.child, each) for each in value)
    kind = next((kind for of, kind in _TYPES if isinstance(field, of)), None)
    return kind is None or type(value) is kind
