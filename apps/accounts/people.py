"""People as operators find them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import DateTimeField, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import Invalid
from apps.core.spelling import canonical
from apps.rbac import operations

# Who is out by the word of an operator, and by their own.
STATES = ("active", "suspended", "closed")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def state(user: User) -> str:
    if user.is_active:
        return "active"
    return "suspended" if user.closed_at is None else "closed"


def in_state(wanted: str) -> Q:
    out = Q(is_active=False)
    return {
        "active": Q(is_active=True),
        "suspended": out & Q(closed_at=None),
        "closed": out & Q(closed_at__isnull=False),
    }[wanted]


def holding(slug: str) -> Q:
    """Who holds a role today, not who has it by another."""
    mine = "role_assignments__"
    ends = Q(**{f"{mine}expires_at": None})
    ends |= Q(**{f"{mine}expires_at__gt": timezone.now()})
    live = {f"{mine}role__slug": slug, f"{mine}revoked_at": None}
    return Q(ends, **live)


def matching(words: Iterable[str], *, parts: bool) -> Q:
    """All of the words: each the beginning of an address or a name, with `parts`, else
    the whole of it; or a public id."""
    found = Q()
    for word in words:
        found &= _alike(word, "__startswith" if parts else "") | _of_id(word)
    return found


def seen_last(rows: "QuerySet[User]") -> "QuerySet[Any]":
    """With `signed_in_at` to be ordered by: long ago of who never did."""
    never = Value(_NEVER, output_field=DateTimeField())
    return rows.annotate(signed_in_at=Coalesce("last_login", never))


def _alike(word: str, how: str) -> Q:
    name = Q(**{f"name{how or '__iexact'}": word})
    try:
        address = canonical(word) if "@" in word else word.casefold()
    except Invalid:
        return name
    return name | Q(**{f"email_canonical{how}": address})


def _of_id(word: str) -> Q:
    wanted = operations.uuid_of(word)
    return Q(pk__in=[]) if wanted is None else Q(public_id=wanted)
