"""Notes over the API."""

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
from apps.core.once import once
from apps.core.paging import Newest
from apps.core.serializers import Exact
from apps.core.versions import Versioned, guarded, lock, tagged
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, requires


class NoteSerializer(serializers.ModelSerializer[Note]):
    id = serializers.UUIDField(source="public_id")
    owner = OwnerField(source="user")

    class Meta:
        model = Note
        fields: ClassVar = ["id", "owner", "text", "created_at", "updated_at"]


class NoteTextSerializer(Exact):
    text = serializers.CharField(max_length=notes.LONGEST)


class Notes(Speaking, generics.ListAPIView[Note]):
    policy = about(Permission.NOTE_VIEW)
    policies: ClassVar = {"post": requires(Permission.NOTE_ADD)}
    serializer_class = NoteSerializer
    pagination_class = Newest
    queryset = Note.objects.none()

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "person": person(self.request)}

    def get_queryset(self) -> Any:
        return notes.matching(
            notes.among(person(self.request)), self.request.GET.get("search", "")
        )

    @extend_schema(parameters=[OpenApiParameter("search")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The newest first; with `search` those that have all its words, or words that
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
