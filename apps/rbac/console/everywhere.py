"""*Find* on the front page: words somebody has at hand, and whichever row they are of.

Pages say which of their fields name a row (`found_by`: a MessageSid, a public id, an
address) and which only tell what it is about (`mentioned_by`: the request that made it).
The second are asked where the first find nothing. A field is asked only for words that
it could hold, all fields by one query, and only of pages that the operator may open.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.apps import apps
from django.contrib.admin import site
from django.contrib.auth import get_user_model
from django.db.models import CharField, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst

from apps.core import opaque, spelling
from apps.core.errors import Invalid
from apps.rbac import policy
from apps.rbac.catalog import Permission
from apps.rbac.console import finding

# Of one kind; more of them stand in its list.
MOST = 5
_LONGEST = 200
_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_REQUEST = re.compile(r"[0-9a-f-]{16,64}")
_NUMBER = re.compile(r"\+?[0-9]{7,15}")
_BETWEEN_DIGITS = re.compile(r"[\s().\-/]")
# What the countries of +1 leave away (as sms/dialing.py).
_SHORT_NUMBER = 10


class Find(forms.Form):
    q = forms.CharField(
        label="Find",
        max_length=_LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class Row(NamedTuple):
    words: str
    url: str


class Kind(NamedTuple):
    """Rows of one page. `more`: its list, where there are more than are shown."""

    title: str
    rows: list[Row]
    more: str


class Found(NamedTuple):
    """Keys of rows by page. `asked` and `closed`: in words, where was looked, and where
    not, as the operator may not open that."""

    keys: dict[Any, list[str]]
    asked: list[str]
    closed: list[str]


def answer(request: HttpRequest, frame: dict[str, Any]) -> HttpResponse:
    """Straight to the row when it is one. Raises as `finding.insist`."""
    form = Find(request.GET)
    shown: dict[str, Any] = {**frame, "title": "Find", "find": form}
    if form.is_valid():
        words = form.cleaned_data["q"]
        finding.insist(request, get_user_model(), words)
        found = look(request, words)
        rows = [(page, key) for page, keys in found.keys.items() for key in keys]
        if len(rows) == 1:
            page, key = rows[0]
            return redirect(page.address("change", key))
        shown |= {
            "words": words,
            "kinds": [
                _kind(page, keys, request, words) for page, keys in found.keys.items()
            ],
            "asked": found.asked,
            "closed": found.closed,
            "events": _events(request, words),
        }
    return TemplateResponse(request, "admin/find.html", shown)


def look(request: HttpRequest, words: str) -> Found:
    """One more than `MOST` of a kind at most."""
    asked: list[str] = []
    closed: list[str] = []
    keys: dict[Any, list[str]] = {}
    for names in ("found_by", "mentioned_by"):
        rows = []
        for page in site._registry.values():
            values = _values(page, getattr(page, names, ()), words)
            if not values:
                continue
            said = _said(page, values)
            if page.has_view_permission(request):
                asked.append(said)
                rows.append(_keys(page, values, request))
            else:
                closed.append(said)
        for label, key in _united(rows):
            keys.setdefault(_page(label), []).append(key)
        if keys:
            break
    return Found(keys, asked, closed)


def _values(page: Any, names: Iterable[str], words: str) -> dict[str, Any]:
    """What the fields of a page are asked for: those that can hold such words."""
    if names and names is page.found_by:
        number = _number_in_the_api(page, words)
        if number is not None:
            return {"pk": number}
    found: dict[str, Any] = {}
    for name in names:
        if (value := _reader(page, name)(words)) is not None:
            found[name] = value
    return found


def _said(page: Any, names: Iterable[str]) -> str:
    by = {
        "name in the API" if name == "pk" else _CALLED[_reader(page, name)]
        for name in names
    }
    return f"{page.opts.verbose_name_plural} by {' or '.join(sorted(by))}"


def _reader(page: Any, name: str) -> Callable[[str], Any]:
    is_uuid = isinstance(page.opts.get_field(name), UUIDField)
    return _uuid if is_uuid else _READ[name]


def _keys(page: Any, values: dict[str, Any], request: HttpRequest) -> "QuerySet[Any]":
    """Of the newest rows that have one of the values, as (label, key)."""
    beginnings = page.beginnings(request)
    wanted = Q()
    for name, value in values.items():
        how = beginnings.get(name, "exact")
        wanted |= Q(**{f"{name}__{how}": value})
    rows: QuerySet[Any] = page.model._default_manager.filter(wanted).order_by("-pk")
    label = Value(page.opts.label_lower, output_field=CharField())
    return rows.values_list(label, Cast("pk", CharField()))[: MOST + 1]


def _united(rows: "list[QuerySet[Any]]") -> "Iterable[tuple[str, str]]":
    if not rows:
        return ()
    first, *others = rows
    return first.union(*others, all=True) if others else first


def _page(label: str) -> Any:
    return site._registry[apps.get_model(label)]


def _kind(page: Any, keys: list[str], request: HttpRequest, words: str) -> Kind:
    found = page.get_queryset(request).filter(pk__in=keys[:MOST]).order_by("-pk")
    listed = f"{page.address('changelist')}?{urlencode({'q': words})}"
    return Kind(
        capfirst(str(page.opts.verbose_name_plural)),
        [Row(page.in_short(row), page.address("change", row.pk)) for row in found],
        listed if len(keys) > MOST and page.search_fields else "",
    )


def _events(request: HttpRequest, words: str) -> str:
    """What the audit has of a request, for who may read it."""
    if not _REQUEST.fullmatch(words) or not policy.can(
        request.user, Permission.AUDIT_VIEW
    ):
        return ""
    listed = reverse("admin:rbac_auditevent_changelist")
    return f"{listed}?{urlencode({'q': words})}"


def _address(words: str) -> str | None:
    try:
        return spelling.canonical(words) if "@" in words else None
    except Invalid:
        return None


def _phone(words: str) -> str | None:
    plain = _BETWEEN_DIGITS.sub("", words)
    if not _NUMBER.fullmatch(plain):
        return None
    if plain.startswith("+"):
        return plain
    return f"+1{plain}" if len(plain) == _SHORT_NUMBER else f"+{plain}"


def _sid(words: str) -> str | None:
    return words if _SID.fullmatch(words) else None


def _request(words: str) -> str | None:
    return words if _REQUEST.fullmatch(words) else None


def _uuid(words: str) -> UUID | None:
    try:
        return UUID(words)
    except ValueError:
        return None


def _name(words: str) -> str | None:
    """Anything that is nothing of the other kinds."""
    others = (_address, _phone, _sid, _request, _uuid)
    return None if any(read(words) for read in others) else words


def _number_in_the_api(page: Any, words: str) -> int | None:
    """What the API calls a row that has no public id."""
    with suppress(opaque.Unopened):
        return opaque.numbered(page.opts.label_lower, words)
    return None


# Fields by their names, whatever table they stand in.
_READ: dict[str, Callable[[str], str | None]] = {
    "email_canonical": _address,
    "to": _address,
    "address": _address,
    "label": _address,
    "name": _name,
    "e164": _phone,
    "number": _phone,
    "sid": _sid,
    "provider_sid": _sid,
    "request_id": _request,
}
_CALLED: dict[Callable[[str], Any], str] = {
    _address: "address",
    _name: "name",
    _phone: "number",
    _sid: "MessageSid",
    _request: "request id",
    _uuid: "public id",
}
