"""Calls of the carrier for operators over the API: found, and played again."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import query
from apps.core.errors import NotFound
from apps.core.once import again
from apps.core.paging import Ordered
from apps.core.vault import Unreadable
from apps.rbac import operations
from apps.rbac.catalog import Permission
from apps.rbac.declared import at_console
from apps.rbac.operations import reasoned
from apps.sms import journal
from apps.sms.models import WebhookCall
from apps.sms.operators_looks import Reveal, revealed
from apps.sms.operators_serializers import (
    CallRowSerializer,
    CallSerializer,
    ReplayedSerializer,
    RevealedCallSerializer,
)


class Calls(generics.ListAPIView[WebhookCall]):
    policy = at_console(Permission.CALL_VIEW)
    scope = None
    serializer_class = CallRowSerializer
    pagination_class = Ordered
    orderings: ClassVar = {"-called_at": ("-called_at", "-id")}
    queryset = WebhookCall.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter("search", description="A MessageSid or a request id."),
            OpenApiParameter("via", enum=WebhookCall.Via.values),
            OpenApiParameter("outcome", enum=WebhookCall.Outcome.values),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Proven calls of the carrier, the newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        rows: Any = WebhookCall.objects.all()
        rows = operations.searched(self.request, rows, whole=("sid", "request_id"))
        if via := query.one_of(self.request, "via", WebhookCall.Via.values):
            rows = rows.filter(via=via)
        known = WebhookCall.Outcome.values
        if outcome := query.one_of(self.request, "outcome", known):
            rows = rows.filter(outcome=outcome)
        return rows


class Call(APIView):
    policy = at_console(Permission.CALL_VIEW)
    scope = None

    @extend_schema(responses=CallSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """What was posted, without the words and numbers of people."""
        return Response(CallSerializer(_call(public_id)).data)


class RevealCall(Reveal):
    policy = at_console(Permission.CALL_REVEAL)

    @again("each look is on record by itself")
    @reasoned(responses=RevealedCallSerializer)
    def post(self, request: Request, public_id: UUID) -> Response:
        """All that was posted, this once; whose text it is about reads who looked."""
        call = _call(public_id)
        try:
            return revealed(request, call, ("form",), journal.person_of(call))
        except Unreadable:
            raise NotFound("The key it was sealed under is gone.") from None


class Replay(APIView):
    policy = at_console(Permission.CALL_REPLAY)
    scope = None

    @again("what is known already changes nothing")
    @reasoned(responses=ReplayedSerializer)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Play it again: it goes the way it went the first time, and what was lost is
        taken now."""
        call, user = _call(public_id), request.user
        outcome = operations.act(
            request,
            lambda reason: journal.replay(by=user, call=call, words=reason),
            obj=call,
            person=journal.person_of(call),
        )
        return Response({"outcome": outcome})


def _call(public_id: UUID) -> WebhookCall:
    found = WebhookCall.objects.filter(pk=public_id).first()
    if found is None:
        raise NotFound("There is no such call.")
    return found


_CALL = "admin/sms/calls/<uuid:public_id>"
urlpatterns = [
    path("admin/sms/calls", Calls.as_view(), name="admin_sms_calls"),
    path(_CALL, Call.as_view(), name="admin_sms_call"),
    path(f"{_CALL}/reveal", RevealCall.as_view(), name="admin_sms_call_reveal"),
    path(f"{_CALL}/replay", Replay.as_view(), name="admin_sms_call_replay"),
]
