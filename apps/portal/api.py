"""How safe somebody's account is, in one answer: what stands in several apps."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import cookies
from apps.accounts.models import User
from apps.core import paging, query
from apps.mfa import factor, lost
from apps.mfa.serializers import FactorSerializer
from apps.portal.activity import KINDS, SECURITY, beginnings, line
from apps.rbac import timeline
from apps.rbac.declared import in_person, signed_in

LAST_EVENTS = 10
USUAL, MOST = timeline.LIMIT, 100


class EventSerializer(serializers.Serializer[Any]):
    """`who`: you, staff, other or nobody. Where is told of what was done by oneself."""

    at = serializers.DateTimeField(source="moment.at")
    action = serializers.CharField(source="moment.action")
    outcome = serializers.CharField(source="moment.outcome")
    who = serializers.CharField(source="moment.who")
    words = serializers.CharField()
    reason = serializers.CharField()
    place = serializers.CharField()


class SecuritySerializer(serializers.Serializer[Any]):
    """`factors_go_at`: when they are removed, if somebody said that all are lost."""

    factors = FactorSerializer(many=True)
    factors_go_at = serializers.DateTimeField(allow_null=True)
    sign_ins = serializers.IntegerField()
    events = EventSerializer(many=True)


class Security(APIView):
    policy = in_person(signed_in)
    scope = None

    @extend_schema(responses=SecuritySerializer)
    def get(self, request: Request) -> Response:
        """Factors, sign-ins, and what happened last."""
        user: Any = request.user
        return Response(SecuritySerializer(_found(user)).data)


class Activity(APIView):
    policy = in_person(signed_in)
    scope = None

    @extend_schema(
        parameters=[
            *paging.asked(MOST, USUAL),
            OpenApiParameter("kind", enum=[*KINDS], description="All, if not said."),
        ],
        responses=EventSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """What you did, and what others did about you, staff too; the newest first."""
        user: Any = request.user
        kind = query.one_of(request, "kind", KINDS)
        page = timeline.page(
            user.pk,
            before=request.GET.get("cursor", ""),
            limit=query.whole(request, "limit", MOST, USUAL),
            actions=beginnings(kind),
        )
        lines = [line(moment) for moment in page.moments]
        return paging.answer(request, page, EventSerializer(lines, many=True).data)


def _found(user: User) -> dict[str, Any]:
    loss = lost.waiting(user)
    last = timeline.page(user.pk, limit=LAST_EVENTS, actions=SECURITY)
    return {
        "factors": factor.of(user),
        "factors_go_at": loss.ready_at if loss else None,
        "sign_ins": cookies.lasting(user).count(),
        "events": [line(moment) for moment in last.moments],
    }


urlpatterns = [
    path("me/security", Security.as_view(), name="me_security"),
    path("me/activity", Activity.as_view(), name="me_activity"),
]
