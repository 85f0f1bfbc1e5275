"""What is kept in step with accounts elsewhere, over the API: calendars and pages of
notes."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.assistant import syncing
from apps.assistant.api.speaking import Speaking, person
from apps.assistant.models import Sync
from apps.assistant.sync import shelf
from apps.core import http, paging, query
from apps.core.errors import NotFound
from apps.core.once import again, once
from apps.core.serializers import Exact
from apps.integrations.notebooks import Page
from apps.rbac.catalog import Permission
from apps.rbac.declared import requires, signed_in
from apps.rbac.scopes import Scope

What = Sync.What
_SECONDS, _MOST_PAGES = 10.0, 10


class InStepSerializer(serializers.Serializer[Any]):
    """`problem`: in words, why it waits; empty while it does not. `unkept`: how many
    events repeat in a way that is kept only there. `last_at`: when it last went well.
    """

    id = serializers.UUIDField(source="public_id")
    what = serializers.ChoiceField(What.choices)
    connection = serializers.UUIDField(source="connection.public_id")
    provider = serializers.CharField(source="connection.provider")
    title = serializers.CharField()
    state = serializers.ChoiceField(Sync.State.choices)
    problem = serializers.CharField()
    count = serializers.SerializerMethodField()
    unkept = serializers.SerializerMethodField()
    last_at = serializers.DateTimeField(allow_null=True)

    def get_count(self, row: Sync) -> int:
        return syncing.count(row)

    def get_unkept(self, row: Sync) -> int:
        return len(row.unkept)


class AbleSerializer(serializers.Serializer[Any]):
    """A connected calendar that can be kept in step."""

    connection = serializers.UUIDField(source="connection.public_id")
    name = serializers.CharField(source="*")


class PageSerializer(serializers.Serializer[Any]):
    connection = serializers.UUIDField()
    page = serializers.CharField()
    title = serializers.CharField()


class NewEventsSerializer(Exact):
    """The calendar of a connection."""

    connection = serializers.UUIDField()


class NewNotesSerializer(Exact):
    """A page of a connection, as `notes/in-step/pages` has it."""

    connection = serializers.UUIDField()
    page = serializers.CharField(max_length=64)
    title = serializers.CharField(max_length=300)


class _InStep(Speaking):
    what: ClassVar[str]
    policy = signed_in

    @extend_schema(responses=InStepSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What is."""
        rows = syncing.of(person(request), self.what)
        return paging.whole(InStepSerializer(rows, many=True).data)


class EventsInStep(_InStep):
    what = What.EVENTS
    scope = Scope.EVENTS
    policies: ClassVar = {"post": requires(Permission.EVENT_ADD)}

    @once()
    @extend_schema(request=NewEventsSerializer, responses={201: InStepSerializer})
    def post(self, request: Request) -> Response:
        """Keep the calendar and this one in step from now on; one that is, goes on."""
        user, asked = person(request), _asked(request, NewEventsSerializer)
        for calendar in shelf.able(user):
            if calendar.connection.public_id == asked["connection"]:
                return _made(syncing.start(user=user, calendar=calendar))
        raise NotFound


class NotesInStep(_InStep):
    what = What.NOTES
    scope = Scope.NOTES
    policies: ClassVar = {"post": requires(Permission.NOTE_ADD)}

    @once()
    @extend_schema(request=NewNotesSerializer, responses={201: InStepSerializer})
    def post(self, request: Request) -> Response:
        """Keep the notes and a page in step from now on; 409 where another page has
        them."""
        user, asked = person(request), _asked(request, NewNotesSerializer)
        page = Page(asked["page"], asked["title"])
        for notebook in shelf.pages_of(user):
            if notebook.connection.public_id == asked["connection"]:
                row = syncing.start_notes(user=user, notebook=notebook, page=page)
                return _made(row)
        raise NotFound


class Able(Speaking):
    policy = signed_in
    scope = Scope.EVENTS

    @extend_schema(responses=AbleSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Connected calendars that are not kept in step, and can be."""
        user = person(request)
        known = {row.connection_id for row in syncing.of(user)}
        found = [e for e in shelf.able(user) if e.connection.pk not in known]
        return paging.whole(AbleSerializer(found, many=True).data)


class Pages(Speaking):
    policy = signed_in
    scope = Scope.NOTES

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "search", required=True, description="Words of the title of a page."
            )
        ],
        responses=PageSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Pages with these words in connected accounts, ten of each at most. They are
        asked while you wait, ten seconds at most."""
        words = " ".join(query.words(request))
        found = []
        with http.within(_SECONDS):
            for notebook in shelf.pages_of(person(request)) if words else ():
                for page in notebook.search(words, most=_MOST_PAGES):
                    own = notebook.connection.public_id
                    found.append(
                        {"connection": own, "page": page.id, "title": page.title}
                    )
        return paging.whole(PageSerializer(found, many=True).data)


class OneInStep(Speaking):
    policy = signed_in
    scope = Scope.CONNECTIONS

    @extend_schema(responses=InStepSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """How it stands."""
        return Response(InStepSerializer(_own(request, public_id)).data)


class _Act(Speaking):
    policy = signed_in
    scope = Scope.CONNECTIONS
    verb: ClassVar[Callable[..., Sync]]

    def act(self, request: Request, public_id: UUID) -> Response:
        row = type(self).verb(row=_own(request, public_id))
        return Response(InStepSerializer(row).data)


class Pause(_Act):
    verb = syncing.pause

    @again("what is paused stays so")
    @extend_schema(request=None, responses=InStepSerializer)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Nothing goes either way. What is on either side stays."""
        return self.act(request, public_id)


class Resume(_Act):
    verb = syncing.resume

    @again("what goes on, goes on")
    @extend_schema(request=None, responses=InStepSerializer)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Go on, with what changed meanwhile."""
        return self.act(request, public_id)


class Compare(_Act):
    verb = syncing.again

    @again("it compares what is there")
    @extend_schema(request=None, responses=InStepSerializer)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Compare all of it anew."""
        return self.act(request, public_id)


def _asked(request: Request, form: type[Exact]) -> dict[str, Any]:
    found = form(data=request.data)
    found.is_valid(raise_exception=True)
    asked: dict[str, Any] = found.validated_data
    return asked


def _made(row: Sync) -> Response:
    return Response(InStepSerializer(row).data, status=status.HTTP_201_CREATED)


def _own(request: Request, public_id: UUID) -> Sync:
    return syncing.get(user=person(request), public_id=str(public_id))


_ONE = "in-step/<uuid:public_id>"
urlpatterns = [
    path("events/in-step", EventsInStep.as_view(), name="events_in_step"),
    path("events/in-step/able", Able.as_view(), name="events_in_step_able"),
    path("notes/in-step", NotesInStep.as_view(), name="notes_in_step"),
    path("notes/in-step/pages", Pages.as_view(), name="notes_in_step_pages"),
    path(_ONE, OneInStep.as_view(), name="in_step"),
    path(f"{_ONE}/pause", Pause.as_view(), name="in_step_pause"),
    path(f"{_ONE}/resume", Resume.as_view(), name="in_step_resume"),
    path(f"{_ONE}/compare", Compare.as_view(), name="in_step_compare"),
]
