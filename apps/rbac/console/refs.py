"""What programs are told in the place of the numbers that events keep of people and
objects, and what such a word stands for."""

from contextlib import suppress
from typing import Any

from django.contrib.auth import get_user_model

from apps.core import opaque

_LONGEST = 18  # digits; more is no bigint


def of_person(number: int) -> str:
    return opaque.name(get_user_model(), number)


def of_object(event: Any) -> str:
    """As it is where it is no number; empty where the event is about all of a kind."""
    said: str = event.obj_id
    is_number = said.isascii() and said.isdigit() and len(said) <= _LONGEST
    return opaque.named(event.obj_type, int(said)) if is_number else said


def person(said: str) -> int | None:
    """None for what is no such word."""
    with suppress(opaque.Unopened):
        return opaque.numbered(get_user_model()._meta.label_lower, said)
    return None


def obj(kind: str, said: str) -> str:
    """The id that events keep of an object of that kind; what is no such word is one."""
    with suppress(opaque.Unopened):
        return str(opaque.numbered(kind, said))
    return said
