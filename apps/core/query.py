"""What of a list is asked for, in the query of its address: filters, order, words to
search for, and which fields.

A view names its orders in `orderings`, by what is sent as `ordering` → the columns; the
first is the usual one, unless `usual_ordering` says another. `sparse` is the serializer of a row where `fields` may be asked for.
Both are in the schema by that (described.py).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Func, Q, TextField
from django.db.models.lookups import Contains
from django.utils.dateparse import parse_datetime
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core import showing, years
from apps.core.api import BadFields
from apps.core.errors import Invalid

# More is no search, and each word is looked for by itself.
LONGEST, MOST_WORDS = 200, 10
# Of the languages that are spoken, and of names; large ones too, for a PostgreSQL whose
# collation does not know them.
ACCENTS = "áàâäãåéèêëíìîïóòôöõúùûüçñÁÀÂÄÃÅÉÈÊËÍÌÎÏÓÒÔÖÕÚÙÛÜÇÑ"
PLAIN = "aaaaaaeeeeiiiiooooouuuucn" * 2
_WITHOUT = str.maketrans(ACCENTS, PLAIN)


class UnknownChoice(Invalid):
    """`parameter`, and the `choices` that it has."""

    code = "unknown_choice"

    def __init__(self, parameter: str, choices: Iterable[str]) -> None:
        known = list(choices)
        super().__init__(f"{parameter} is one of: {', '.join(known)}.")
        self.extra = {"parameter": parameter, "choices": known}


def one_of(
    request: Request, name: str, choices: Collection[str], default: str = ""
) -> str:
    """What is asked for, else the default. Raises UnknownChoice."""
    wanted = request.GET.get(name)
    if wanted is None:
        return default
    if wanted not in choices:
        raise UnknownChoice(name, choices)
    return wanted


def whole(request: Request, name: str, most: int, default: int) -> int:
    """A number from one to `most`. Raises BadFields."""
    if (said := request.GET.get(name)) is None:
        return default
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        said = "0"
    if not 1 <= int(said) <= most:
        raise BadFields({name: [f"Send a whole number from 1 to {most}."]})
    return int(said)


def refuse(request: Request, *names: str) -> None:
    """What this list does not know must not look as if it were heeded. Raises
    BadFields."""
    if found := [name for name in names if name in request.GET]:
        raise BadFields({name: ["There is none here."] for name in found})


def order(request: Request, view: Any) -> Any:
    """Raises UnknownChoice."""
    usual = getattr(view, "usual_ordering", next(iter(view.orderings)))
    return view.orderings[one_of(request, "ordering", view.orderings, usual)]


def moment(request: Request, name: str) -> datetime | None:
    """RFC 3339 with its offset; None where it is not asked. Raises Invalid."""
    if (said := request.GET.get(name)) is None:
        return None
    try:
        # A + that was not escaped is a space.
        at = parse_datetime(said.replace(" ", "+"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid(f"{name} is no moment: send RFC 3339, with its offset.")
    years.insist(at)
    return at


def words(request: Request) -> list[str]:
    """What is searched for. Raises Invalid for what is too long, or no text."""
    said = request.GET.get("search", "")
    found = said.split()
    if len(said) > LONGEST or len(found) > MOST_WORDS or "\x00" in said:
        raise Invalid(f"Search for {MOST_WORDS} words, {LONGEST} characters at most.")
    return found


def searched(said: str) -> list[str]:
    """The words that a page is to find: the first of many, and none of what no text has."""
    return said[:LONGEST].replace("\x00", "").split()[:MOST_WORDS]


class _Plain(Func):
    """As `plain` has it."""

    function = "translate"
    template = f"translate(lower(%(expressions)s), '{ACCENTS}', '{PLAIN}')"
    output_field = TextField()


def plain(words: str) -> str:
    """In small letters without accents: texts lose some on their way, and whoever
    searches leaves them out."""
    return words.lower().translate(_WITHOUT)


def containing(wanted: Iterable[str], *columns: str) -> Q:
    """Rows with each of these words in one of the columns, wherever, and with whatever
    accents. No index serves this: it is for what is few of one person."""
    found = Q()
    for word in wanted:
        places = [Q(Contains(_Plain(F(each)), plain(word))) for each in columns]
        found &= reduce(or_, places)
    return found


def sparse(request: Request, serializer: Any) -> Any:
    """The serializer without the fields that are not asked for. Raises UnknownChoice."""
    fields = getattr(serializer, "child", serializer).fields
    for name in fields.keys() - _wanted(request, fields):
        fields.pop(name)
    return serializer


def reader(
    request: Request,
    kind: showing.Kind,
    context: Mapping[str, Any] | None = None,
) -> Callable[[Any], dict[str, Any]]:
    """What shows a row with the fields that are asked for. Raises UnknownChoice."""
    wanted = _wanted(request, showing.names(kind))
    return showing.reader(kind, context, wanted)


class Sparse(generics.GenericAPIView[Any]):
    """Mixed into a list of rows, which `sparse` is the serializer of. The schema reads
    a view's own `get_serializer`, so that one is let be."""

    sparse: Any

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        show = reader(request, self.sparse, self.get_serializer_context())
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([show(row) for row in rows or ()])


def _wanted(request: Request, fields: Collection[str]) -> set[str]:
    """All, unless some are asked for. Raises UnknownChoice."""
    said = request.GET.get("fields")
    wanted = set(fields if said is None else said.split(","))
    if not wanted <= set(fields):
        raise UnknownChoice("fields", fields)
    return wanted
