"""Notes over the API."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.assistant import notes
from apps.assistant.api.speaking import OwnerField, Speaking, person
from apps.assistant.models import Note
from apps.core import query
from apps.core.once import once
from apps.core.paging import Ordered
from apps.core.query import Sparse
from apps.core.serializers import Exact
from apps.core.versions import Versioned, guarded, lock, tagged
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, requires
from apps.rbac.scopes import Scope


class NoteSerializer(serializers.ModelSerializer[Note]):
    id = serializers.UUIDField(source="public_id")
    owner = OwnerField(source="user")

    class Meta:
        model = Note
        fields: ClassVar = ["id", "owner", "text", "created_at", "updated_at"]


class NoteTextSerializer(Exact):
    text = serializers.CharField(max_length=notes.LONGEST)


class Notes(Speaking, Sparse, generics.ListAPIView[Note]):
    policy = about(Permission.NOTE_VIEW)
    scope = Scope.NOTES
    policies: ClassVar = {"post": requires(Permission.NOTE_ADD)}
    serializer_class = sparse = NoteSerializer
    pagination_class = Ordered
    # By when they were made: ids are in that order.
    orderings: ClassVar = {
        "-created_at": ("-id",),
        "created_at": ("id",),
        "-updated_at": ("-updated_at", "-id"),
        "updated_at": ("updated_at", "id"),
    }
    queryset = Note.objects.none()

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "person": person(self.request)}

    def get_queryset(self) -> Any:
        rows = notes.among(person(self.request))
        if after := query.moment(self.request, "updated_after"):
            rows = rows.filter(updated_at__gt=after)
        return notes.matching(rows, " ".join(query.words(self.request)))

    @extend_schema(
        parameters=[
            OpenApiParameter("search", description="Its words, or how they begin."),
            OpenApiParameter("updated_after", datetime),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The newest first, unless another `ordering` is asked for; with `search` those that have all its words, or words that
        begin like them."""
        return super().get(request, *args, **kwargs)

    @once()
    @extend_schema(request=NoteTextSerializer, responses={201: NoteSerializer})
    def post(self, request: Request) -> Response:
        """Write one down."""
        form = NoteTextSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = notes.add(user=person(request), **form.validated_data)
        return _shown(request, row, status.HTTP_201_CREATED)


class OneNote(Speaking, Versioned):
    policy = about(Permission.NOTE_VIEW)
    scope = Scope.NOTES
    policies: ClassVar = {
        "patch": about(Permission.NOTE_CHANGE),
        "delete": about(Permission.NOTE_DELETE),
    }

    def hold(self, request: Request, public_id: UUID) -> None:
        lock(_own(request, public_id))

    @tagged
    @extend_schema(responses=NoteSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """One of them."""
        return _shown(request, _own(request, public_id))

    @guarded
    @extend_schema(request=NoteTextSerializer, responses=NoteSerializer)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Other words."""
        form = NoteTextSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = _own(request, public_id)
        notes.change(by=person(request), row=row, **form.validated_data)
        return _shown(request, row)

    @guarded
    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Delete it."""
        notes.delete(by=person(request), row=_own(request, public_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _own(request: Request, public_id: UUID) -> Note:
    return notes.get(user=person(request), public_id=str(public_id))


def _shown(request: Request, row: Note, answer: int = status.HTTP_200_OK) -> Response:
    context = {"person": person(request)}
    return Response(NoteSerializer(row, context=context).data, status=answer)


urlpatterns = [
    path("notes", Notes.as_view(), name="notes"),
    path("notes/<uuid:public_id>", OneNote.as_view(), name="note"),
]
