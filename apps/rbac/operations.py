"""Operations of the API for operators: what the console does, by the same verbs.

    class Suspend(APIView):
        policy = at_console(Permission.PERSON_SUSPEND)
        scope = None

        @again("who is suspended stays so")
        @reasoned(responses={204: None})
        def post(self, request, public_id):
            ...
            operations.act(request, lambda reason: suspension.suspend(...), obj=..., person=...)

What the console asks a reason for takes `reason` in its body, of a DELETE too.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import reduce
from operator import or_
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from apps.core import opaque, query
from apps.core.errors import Invalid, NotFound
from apps.core.serializers import Exact
from apps.rbac import looks, reasons, verdicts
from apps.rbac.console import finding, masks
from apps.rbac.declared import of_class

T = TypeVar("T")
V = TypeVar("V", bound=Callable[..., Any])


class ReasonSerializer(Exact):
    """`reason` is kept in the audit, and shown to the person it is about."""

    reason = serializers.CharField(
        min_length=reasons.SHORTEST,
        max_length=reasons.LONGEST,
        validators=[reasons.insist_on_enough],
    )


class OperatorRefSerializer(serializers.Serializer[Any]):
    """A person as a list names them: the address masked."""

    id = serializers.UUIDField(source="public_id")
    email = serializers.SerializerMethodField()

    def get_email(self, person: Any) -> str:
        return masks.mask(person.email)


def reasoned(*, request: Any = ReasonSerializer, **described: Any) -> Callable[[V], V]:
    """A POST or DELETE with a reason in its body."""

    def declare(handler: V) -> V:
        found: V = extend_schema(request=request, **described)(handler)
        found.takes_body = True  # type: ignore[attr-defined]  # read by the schema
        return found

    return declare


def person(public_id: UUID) -> Any:
    """Whom an operation is about. Raises NotFound."""
    found = get_user_model()._default_manager.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is nobody of that id.")
    return found


def named(rows: Any, said: str, missing: str) -> Any:
    """The one that `opaque` names so. Raises NotFound."""
    with suppress(NotFound):
        found = rows.filter(pk=opaque.number(rows.model, said)).first()
        if found is not None:
            return found
    raise NotFound(missing)


def searched(
    request: Request,
    rows: Any,
    *,
    whole: Sequence[str],
    ids: Sequence[str] = (),
    person: str = "",
) -> Any:
    """Rows with each word of the search in one of the columns `whole`, or `ids` if it is
    a UUID, or as the address of their `person`: the beginning of it for who may see
    addresses. Each search of what names somebody counts as one in the console
    (finding.py)."""
    words = query.words(request)
    if not words:
        return rows
    how = "__startswith" if looks.shows_pii(request.user) else ""
    if person:
        finding.insist(request._request, rows.model, " ".join(words))
    found = Q()
    for word in words:
        one = reduce(or_, (Q(**{column: word}) for column in whole))
        if ids and (wanted := uuid_of(word)) is not None:
            one = reduce(or_, (Q(**{column: wanted}) for column in ids), one)
        if person:
            one |= Q(**{f"{person}__email_canonical{how}": word.casefold()})
        found &= one
    return rows.filter(found)


def of_person(request: Request, rows: Any, name: str) -> Any:
    """Those of the person whose id `person` in the query is; none where that is nobody's,
    as with any filter. Raises Invalid for what is no id."""
    if (said := request.GET.get("person")) is None:
        return rows
    if (wanted := uuid_of(said)) is None:
        raise Invalid("person is the id of somebody.")
    people = get_user_model()._default_manager.filter(public_id=wanted)
    whose = people.first()
    return rows.filter(**{name: whose}) if whose else rows.none()


def uuid_of(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


def operator(request: Request) -> Any:
    """Who asks. Each operation is for somebody signed in."""
    return request.user


def act(
    request: Request,
    verb: Callable[[str], T],
    *,
    obj: Any,
    person: Any = None,
) -> T:
    """What `verb` does for the reason that was sent; that it refuses is on record, as of
    an action of the console. Raises as it does, and BadFields."""
    form = ReasonSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    reason: str = form.validated_data["reason"]
    return tried(request, lambda: verb(reason), obj=obj, person=person)


def tried(
    request: Request, verb: Callable[[], T], *, obj: Any, person: Any = None
) -> T:
    """The same of what takes more than a reason, or none."""
    view = request.parser_context["view"]
    declared = of_class(type(view), str(request.method).lower())
    asked = declared.permission if declared else ""
    with verdicts.refusals(asked, by=request.user, subject=person, obj=obj):
        return verb()


class Masked:
    """Mixed into serializers of one row: `pii` names fields that stand masked unless
    `shown` is in the context."""

    pii: tuple[str, ...] = ()

    def to_representation(self, instance: Any) -> Any:
        found: dict[str, Any] = super().to_representation(instance)  # type: ignore[misc]  # of the serializer beside it
        if self.context.get("shown"):  # type: ignore[attr-defined]  # the same
            return found
        return found | {
            name: found[name] and masks.mask(str(found[name]))
            for name in self.pii
            if name in found
        }


def looked_at(request: Request, obj: Any, *, person: Any) -> dict[str, Any]:
    """The context of a serializer of one row that an operator looks at, on record."""
    return {"shown": looks.record(obj, by=request.user, person=person)}
