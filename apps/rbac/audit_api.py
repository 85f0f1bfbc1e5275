"""The audit for operators over the API: found, read one by one, taken away."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import StreamingHttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import query
from apps.core.api import BadFields
from apps.core.paging import Newest
from apps.core.serializers import OpaqueId
from apps.rbac import audit, ledger, looks, operations
from apps.rbac.catalog import Permission
from apps.rbac.console import masks, refs, taking
from apps.rbac.console.search import Search, insist_on_few, named
from apps.rbac.declared import at_console
from apps.rbac.models import AuditEvent, AuditSeal

OUTCOMES = [*map(str, audit.Outcome)]
_WHO = "An address, a public id, or the `ref` that stays when both are gone."
SEARCH = [
    OpenApiParameter("action", description="One, or all below: `accounts.session`."),
    OpenApiParameter("outcome", enum=OUTCOMES),
    OpenApiParameter("actor", description=f"Who did it. {_WHO}"),
    OpenApiParameter("subject", description=f"About whom. {_WHO}"),
    OpenApiParameter(
        "since",
        OpenApiTypes.DATE,
        description="A day, on your own clock. Without it, a person or an object, the"
        " last 31 days are looked at.",
    ),
    OpenApiParameter("until", OpenApiTypes.DATE, description="The last day."),
    OpenApiParameter("kind", description="Of the object: `rbac.role`."),
    OpenApiParameter("q", description="The id of the object, or of a request."),
]
_AS = ("subject", "actor")


class PersonOfEventSerializer(serializers.Serializer[Any]):
    """`ref` stays when the person is gone; the address is masked."""

    ref = serializers.CharField()
    id = serializers.UUIDField(allow_null=True)
    email = serializers.CharField(allow_null=True)


class ObjectOfEventSerializer(serializers.Serializer[Any]):
    """What was acted on; `kind` and `id` name it for a search. `id` is null where it was
    all of that kind."""

    kind = serializers.CharField()
    id = serializers.CharField(allow_null=True)


class AuditEventSerializer(serializers.ModelSerializer[AuditEvent]):
    """`actor` did it, null where it was the system or nobody who is signed in;
    `subject` is whom it was about. `reason` is a code. `via`: what led to a decision,
    such as roles."""

    id = OpaqueId(AuditEvent, source="pk")
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    actor = serializers.SerializerMethodField()
    on_behalf_of = serializers.SerializerMethodField()
    subject = serializers.SerializerMethodField()
    object = serializers.SerializerMethodField()

    class Meta:
        model = AuditEvent
        fields: ClassVar = [
            "id",
            "at",
            "action",
            "outcome",
            "actor",
            "on_behalf_of",
            "subject",
            "object",
            "reason",
            "via",
            "request_id",
        ]
        read_only_fields: ClassVar = fields

    @extend_schema_field(PersonOfEventSerializer(allow_null=True))
    def get_actor(self, event: AuditEvent) -> Any:
        return _person(event, "actor_id")

    @extend_schema_field(PersonOfEventSerializer(allow_null=True))
    def get_on_behalf_of(self, event: AuditEvent) -> Any:
        return _person(event, "on_behalf_of_id")

    @extend_schema_field(PersonOfEventSerializer(allow_null=True))
    def get_subject(self, event: AuditEvent) -> Any:
        return _person(event, "subject_id")

    @extend_schema_field(ObjectOfEventSerializer(allow_null=True))
    def get_object(self, event: AuditEvent) -> dict[str, str | None] | None:
        if not event.obj_type:
            return None
        return {"kind": event.obj_type, "id": refs.of_object(event) or None}


class OneAuditEventSerializer(AuditEventSerializer):
    """`origin` (address and browser of who acted) and `details` (a reason in words, what
    was before and after) are sealed: null for who may not see addresses, and where
    `is_readable` is false, because the key is gone."""

    is_readable = serializers.SerializerMethodField()
    origin = serializers.SerializerMethodField()
    details = serializers.SerializerMethodField()

    class Meta(AuditEventSerializer.Meta):
        fields: ClassVar = [
            *AuditEventSerializer.Meta.fields,
            "is_readable",
            "origin",
            "details",
        ]
        read_only_fields: ClassVar = fields

    def get_is_readable(self, event: AuditEvent) -> bool:
        opened: ledger.Opened | None = self.context["opened"]
        return opened is not None and opened.is_readable

    def get_origin(self, event: AuditEvent) -> dict[str, Any] | None:
        opened: ledger.Opened | None = self.context["opened"]
        return None if opened is None else dict(opened.origin)

    def get_details(self, event: AuditEvent) -> dict[str, Any] | None:
        opened: ledger.Opened | None = self.context["opened"]
        return None if opened is None else dict(opened.details)


class SealSerializer(serializers.ModelSerializer[AuditSeal]):
    """The signed statement that these events, and no others, stood there then. `root`,
    `previous` and `digest` in hexadecimal."""

    root = serializers.SerializerMethodField()  # type: ignore[assignment]  # its name in JSON
    previous = serializers.SerializerMethodField()
    digest = serializers.SerializerMethodField()

    class Meta:
        model = AuditSeal
        fields: ClassVar = [
            "number",
            "sealed_at",
            "month",
            "count",
            "first_id",
            "last_id",
            "total",
            "root",
            "previous",
            "digest",
        ]
        read_only_fields: ClassVar = fields

    def get_root(self, seal: AuditSeal) -> str:
        return bytes(seal.root).hex()

    def get_previous(self, seal: AuditSeal) -> str:
        return bytes(seal.previous).hex()

    def get_digest(self, seal: AuditSeal) -> str:
        return bytes(seal.digest).hex()


class Events(generics.ListAPIView[AuditEvent]):
    policy = at_console(Permission.AUDIT_VIEW)
    scope = None
    serializer_class = AuditEventSerializer
    pagination_class = Newest
    queryset = AuditEvent.objects.none()

    @extend_schema(parameters=SEARCH)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What was decided and done, the newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        asked = self.request
        query.refuse(asked, "search")
        insist_on_few(asked._request)
        search = Search(asked.GET)
        if not search.is_valid():
            raise BadFields(_wrong(search))
        return named(search.narrow(AuditEvent.objects.all()))


class Event(APIView):
    policy = at_console(Permission.AUDIT_VIEW)
    scope = None

    @extend_schema(responses=OneAuditEventSerializer)
    def get(self, request: Request, pk: str) -> Response:
        """One of them. What is sealed in it is opened for who may see addresses, and
        whose it is can see who looked."""
        events = named(AuditEvent.objects.all())
        event = operations.named(events, pk, "There is no such event.")
        opened = None
        if looks.shows_pii(request.user):
            looks.record_event(event, by=request.user)
            ((_, opened),) = ledger.opened([event])
        shown = OneAuditEventSerializer(event, context={"opened": opened})
        return Response(shown.data)


class EventsOfPerson(generics.ListAPIView[AuditEvent]):
    policy = at_console(Permission.AUDIT_VIEW)
    scope = None
    serializer_class = AuditEventSerializer
    pagination_class = Newest
    queryset = AuditEvent.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter("as", enum=_AS, description="`subject` unless said.")
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What happened to somebody, or what they did, the newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        person = operations.person(self.kwargs["public_id"])
        wanted = query.one_of(self.request, "as", _AS, "subject")
        events = AuditEvent.objects.all()
        found = events.about(person.pk) if wanted == "subject" else events.by(person.pk)
        return named(found)


class Export(APIView):
    policy = at_console(Permission.AUDIT_EXPORT)
    scope = None

    @extend_schema(
        operation_id="admin_audit_export",
        parameters=[
            OpenApiParameter("kind", location="path", enum=[*taking.KINDS]),
            *SEARCH,
        ],
        responses={(200, "text/csv"): OpenApiTypes.STR}
        | {(200, "application/x-ndjson"): OpenApiTypes.STR},
    )
    def get(self, request: Request, kind: str) -> StreamingHttpResponse:
        """What the list shows, all of it, as `csv` or `ndjson`. What is sealed is opened
        for one `subject` at most."""
        insist_on_few(request._request)
        return taking.sent(by=request.user, asked=request.GET, kind=kind)


class ByNumber(Newest):
    ordering = ("-number",)


class Seals(generics.ListAPIView[AuditSeal]):
    """The chain that proves that nobody changed the audit, the newest first."""

    policy = at_console(Permission.SEAL_VIEW)
    scope = None
    serializer_class = SealSerializer
    pagination_class = ByNumber
    queryset = AuditSeal.objects.all()


def _person(event: Any, name: str) -> dict[str, Any] | None:
    number = getattr(event, name)
    if number is None:
        return None
    email: str | None = getattr(event, f"{name}_email")
    public_id: UUID | None = getattr(event, f"{name}_public_id")
    return {
        "ref": refs.of_person(number),
        "id": public_id,
        "email": masks.mask(email) if email else None,
    }


def _wrong(search: Search) -> dict[str, list[str]]:
    return {name: [str(each) for each in said] for name, said in search.errors.items()}


urlpatterns = [
    path("admin/audit", Events.as_view(), name="admin_audit"),
    path("admin/audit/seals", Seals.as_view(), name="admin_audit_seals"),
    path("admin/audit/<slug:pk>", Event.as_view(), name="admin_audit_event"),
    path("admin/audit/export/<slug:kind>", Export.as_view(), name="admin_audit_export"),
    path(
        "admin/users/<uuid:public_id>/audit",
        EventsOfPerson.as_view(),
        name="admin_user_audit",
    ),
]
