"""Rows as their serializer shows them, for a tenth of what REST framework takes.

For every answer it copies all fields of a serializer, and for every row it asks each of
them where its value is and how it is said. Here that is asked once of each class. What a
field knows by the context of a request, and what a row lacks, is left to REST framework,
and so is a serializer that shows itself in a way of its own. Both say the same:
tests/core/test_showing.py.
"""

import copy
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Any

from django.db.models.manager import BaseManager
from django.utils.timezone import get_current_timezone
from rest_framework import ISO_8601
from rest_framework import fields as known
from rest_framework import serializers
from rest_framework.fields import Field, SkipField, empty
from rest_framework.relations import PKOnlyObject
from rest_framework.settings import api_settings

Kind = type[serializers.Serializer[Any]]
# What a row has in one place of the answer, or SkipField.
Find = Callable[[Any], Any]
# The same, made for a serializer that knows the context.
Make = Callable[[serializers.Serializer[Any]], Find]
_LACKS = object()


def reader(
    kind: Kind,
    context: Mapping[str, Any] | None = None,
    wanted: Collection[str] | None = None,
) -> Callable[[Any], dict[str, Any]]:
    """What shows a row as `kind` does; with `wanted` these of its fields alone."""
    whole = kind(context=dict(context or {}))
    if _is_of_its_own(kind):
        for name in whole.fields.keys() - _among(whole.fields, wanted):
            whole.fields.pop(name)
        return whole.to_representation
    asked = _among(_parts(kind), wanted)
    return _shows(
        [(name, make(whole)) for name, make in _parts(kind).items() if name in asked]
    )


@cache
def names(kind: Kind) -> tuple[str, ...]:
    """Of the fields that it shows."""
    return tuple(field.field_name for field in _readable(kind()))


def _among(found: Collection[str], wanted: Collection[str] | None) -> Collection[str]:
    return found if wanted is None else wanted


def _shows(parts: list[tuple[str, Find]]) -> Callable[[Any], dict[str, Any]]:
    def show(row: Any) -> dict[str, Any]:
        shown = {}
        for name, find in parts:
            try:
                shown[name] = find(row)
            except SkipField:
                continue
        return shown

    return show


def _readable(whole: Any) -> list[Any]:
    return list(whole._readable_fields)


def _is_of_its_own(kind: Kind) -> bool:
    """Whether it is more than its fields."""
    plain = serializers.Serializer, serializers.ModelSerializer
    return (
        kind.to_representation is not serializers.Serializer.to_representation
        or kind.get_fields not in [each.get_fields for each in plain]
        or kind.__init__ is not serializers.BaseSerializer.__init__
    )


@cache
def _parts(kind: Kind) -> dict[str, Make]:
    return {field.field_name: _make(field) for field in _readable(kind())}


def _make(field: Any) -> Make:
    if type(field) is serializers.SerializerMethodField:
        method = field.method_name
        return lambda whole: getattr(whole, method)
    say = _say(field)
    if say is None:
        return lambda whole: _own(field, whole)
    if isinstance(say, _Moments):
        # The zone is looked up once for an answer.
        return lambda _: _find(field, say.in_zone(get_current_timezone()))
    find = _find(field, say)
    return lambda _: find


def _own(field: Any, whole: serializers.Serializer[Any]) -> Find:
    """Of one that may ask for the context: one for this answer, as REST framework
    makes it."""
    bound = copy.deepcopy(field)
    bound.bind(field.field_name, whole)
    return lambda row: _asked(bound, row)


def _asked(field: Any, row: Any) -> Any:
    """As REST framework asks it."""
    value = field.get_attribute(row)
    is_none = value is None or (isinstance(value, PKOnlyObject) and value.pk is None)
    return None if is_none else field.to_representation(value)


def _find(field: Any, say: Callable[[Any], Any]) -> Find:
    if len(field.source_attrs) != 1:
        return _find_further(field, say)
    (name,) = field.source_attrs

    def find(row: Any) -> Any:
        # As `_value`, without another call: this is asked of each field of each row.
        if isinstance(row, dict):
            value = row.get(name, _LACKS)
        else:
            value = getattr(row, name, _LACKS)
        if value is None:
            return None
        return _asked(field, row) if _is_open(value) else say(value)

    return find


def _find_further(field: Any, say: Callable[[Any], Any]) -> Find:
    """By way of other rows, each of which may be missing."""
    *way, last = field.source_attrs
    is_null = field.allow_null and field.default is empty

    def find(row: Any) -> Any:
        value = row
        for name in way:
            value = _value(value, name)
            if value is None and is_null:
                return None
            if value is None or _is_open(value):
                return _asked(field, row)
        value = _value(value, last)
        if value is None:
            return None
        return _asked(field, row) if _is_open(value) else say(value)

    return find


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row.get(name, _LACKS)
    return getattr(row, name, _LACKS)


def _is_open(value: Any) -> bool:
    """Whether it is missing, or a method."""
    if value is _LACKS:
        return True
    return callable(value) and not isinstance(value, BaseManager)


def _say(field: Any) -> Any:
    """How a value is said; None where that may ask for the context."""
    if not field.source_attrs:
        return None
    if isinstance(field, serializers.BaseSerializer):
        return _say_rows(field)
    how = type(field).to_representation
    if isinstance(field, known.FileField):
        return None
    if how.__module__ != known.__name__ and not _asks_no_context(field):
        return None
    if type(field).get_attribute is not Field.get_attribute:
        return None
    if (child := getattr(field, "child", None)) is not None and not _is_plain(child):
        return None
    if how is known.BooleanField.to_representation:
        return lambda value: (
            value if value is True or value is False else field.to_representation(value)
        )
    if how is known.DateTimeField.to_representation and _is_usual(field):
        return _Moments(field)
    if how is known.UUIDField.to_representation and field.uuid_format == "hex_verbose":
        return str
    return _BY_TYPE.get(how, field.to_representation)


def _asks_no_context(field: Any) -> bool:
    """As a field of ours says of itself."""
    return getattr(type(field), "asks_no_context", False)


_BY_TYPE: dict[Any, Callable[[Any], Any]] = {
    known.CharField.to_representation: str,
    known.IntegerField.to_representation: int,
    known.FloatField.to_representation: float,
}


def _is_plain(child: Any) -> bool:
    return type(child).__module__ == known.__name__ and not hasattr(child, "child")


def _is_usual(field: Any) -> bool:
    """A moment that is said as all others are."""
    is_iso = str(api_settings.DATETIME_FORMAT).lower() == ISO_8601
    return is_iso and not hasattr(field, "format") and not hasattr(field, "timezone")


class _Moments:
    """How moments are said: in the zone that is current."""

    def __init__(self, field: Any) -> None:
        self.field = field

    def __call__(self, value: Any) -> Any:
        return self.in_zone(get_current_timezone())(value)

    def in_zone(self, zone: tzinfo) -> Callable[[Any], Any]:
        is_utc = str(zone) == "UTC"

        def say(value: Any) -> Any:
            if type(value) is not datetime or value.tzinfo is None:
                return self.field.to_representation(value)
            if not (is_utc and value.tzinfo is UTC):
                value = value.astimezone(zone)
            said = value.isoformat()
            return f"{said[:-6]}Z" if said.endswith("+00:00") else said

        return say


def _say_rows(field: Any) -> Callable[[Any], Any] | None:
    """Of a serializer within another, or a list of them."""
    if isinstance(field, serializers.Serializer):
        return _say_row(field)
    is_list = type(field) is serializers.ListSerializer
    show = _say_row(field.child) if is_list else None
    if show is None:
        return None

    def shown(value: Any) -> list[Any]:
        rows = value.all() if isinstance(value, BaseManager) else value
        return [show(row) for row in rows]

    return shown


def _say_row(field: Any) -> Callable[[Any], Any] | None:
    if _is_of_its_own(type(field)):
        return None
    found = []
    for each in _readable(field):
        say = _say(each)
        if say is None:
            return None
        found.append((each.field_name, _find(each, say)))
    return _shows(found)
