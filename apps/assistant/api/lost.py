"""What lost where both sides of what is kept in step were changed, over the API."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.assistant import syncing
from apps.assistant.api.speaking import Speaking, person
from apps.assistant.models import Sync, SyncLink
from apps.core import paging
from apps.core.once import again, once
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, signed_in
from apps.rbac.scopes import Scope

What = Sync.What


class LostSerializer(serializers.Serializer[Any]):
    """What was changed on both sides (`conflict`), or was refused there (`failed`).
    `lost`: the earlier change, in words, or null where it was a deletion or nothing lost;
    `side`: whose it was, `own` or `other`, empty where nothing lost."""

    id = serializers.UUIDField(source="public_id")
    in_step = serializers.UUIDField(source="sync.public_id")
    called = serializers.CharField()
    state = serializers.ChoiceField(SyncLink.Status.choices, source="status")
    problem = serializers.CharField()
    side = serializers.SerializerMethodField()
    lost = serializers.SerializerMethodField()

    def get_side(self, row: SyncLink) -> str:
        if not row.lost:
            return ""
        return "own" if row.lost.get("side") == "own" else "other"

    def get_lost(self, row: SyncLink) -> str | None:
        return syncing.lost(row) or None


class _Lost(Speaking):
    what: ClassVar[str]
    policy = signed_in

    @extend_schema(responses=LostSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What is not in step and needs somebody to look: the newest fifty."""
        rows = syncing.troubles(person(request), self.what)
        return paging.whole(LostSerializer(rows, many=True).data)


class EventsLost(_Lost):
    what = What.EVENTS
    scope = Scope.EVENTS


class NotesLost(_Lost):
    what = What.NOTES
    scope = Scope.NOTES


class Settle(Speaking):
    policy = about(Permission.EVENT_CHANGE)
    scope = None

    @again("what is settled stays so")
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """It is fine as it is: what lost is forgotten."""
        syncing.settle(row=_link(request, public_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class BringBack(Speaking):
    policy = about(Permission.EVENT_CHANGE)
    scope = None

    @once()
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """What lost is what counts, on both sides. 404 where nothing lost."""
        syncing.bring_back(row=_link(request, public_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _link(request: Request, public_id: UUID) -> SyncLink:
    return syncing.link(user=person(request), public_id=str(public_id))


_ONE = "in-step/lost/<uuid:public_id>"
urlpatterns = [
    path("events/in-step/lost", EventsLost.as_view(), name="events_in_step_lost"),
    path("notes/in-step/lost", NotesLost.as_view(), name="notes_in_step_lost"),
    path(f"{_ONE}/settle", Settle.as_view(), name="in_step_settle"),
    path(f"{_ONE}/bring-back", BringBack.as_view(), name="in_step_bring_back"),
]
