"""What the API takes: values of the JSON type that its schema names, and no others.

REST framework makes text of a number, a number of text and an id of a number. Whoever
sends one for the other has made a mistake, and is told.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from django.db.models import Model
from rest_framework import serializers

M = TypeVar("M", bound=Model)
_WRONG = "This is of another type."


class Choice(serializers.ChoiceField):
    """Repeats nothing of what was sent."""

    default_error_messages: ClassVar = {
        "invalid_choice": "This is none of the choices."
    }


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
        wrong = {
            name: [_WRONG]
            for name, field in self.fields.items()
            if not field.read_only and not _fits(field, given.get(name))
        }
        if wrong:
            raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


class ExactModel(Exact, serializers.ModelSerializer[M]):
    serializer_choice_field = Choice


def _fits(field: Any, value: Any) -> bool:
    """What is missing or null is judged by the field itself."""
    if value is None:
        return True
    if isinstance(field, serializers.ChoiceField):
        return type(value) in {type(each) for each in field.choices}
    kind = next((kind for of, kind in _TYPES if isinstance(field, of)), None)
    return kind is None or type(value) is kind
