"""The conversation over the API: what was said, and something to say."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.assistant.api.speaking import Speaking, person
from apps.core.serializers import Exact
from apps.rbac.declared import signed_in
from apps.sms import threads, web


class MessageSerializer(serializers.Serializer[Any]):
    """`direction`: `in` from the person, `out` from us; an answer is `out` with the
    `turn` of what it answers, which has none while it waits."""

    id = serializers.CharField()
    direction = serializers.CharField()
    body = serializers.CharField()
    at = serializers.DateTimeField()
    turn = serializers.IntegerField(source="turn_id", allow_null=True)
    state = serializers.CharField(source="state_label")


class MessagesSerializer(serializers.Serializer[Any]):
    """A page, the oldest first; `next` leads to what came before it."""

    next = serializers.URLField(allow_null=True)
    results = MessageSerializer(many=True)


class SaySerializer(Exact):
    words = serializers.CharField(max_length=web.LONGEST)


class SaidSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()


class Messages(Speaking):
    policy = signed_in
    policies: ClassVar = {"post": signed_in}

    @extend_schema(
        parameters=[OpenApiParameter("before")], responses=MessagesSerializer
    )
    def get(self, request: Request) -> Response:
        """The newest, texted or written, with the answers."""
        found = threads.page(person(request), before=request.GET.get("before", ""))
        older = None
        if found.older:
            query = urlencode({"before": found.older})
            older = f"{settings.PUBLIC_URL}{request.path}?{query}"
        page = {"next": older, "results": found.messages}
        return Response(MessagesSerializer(page).data)

    @extend_schema(request=SaySerializer, responses={202: SaidSerializer})
    def post(self, request: Request) -> Response:
        """Say something to the assistant. It answers after this: read the messages
        until the one with this `id` has a `turn`, and the answer of that turn is there.
        """
        form = SaySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        text = web.say(person(request), form.validated_data["words"])
        said = {"id": f"in-{text.pk}"}
        return Response(SaidSerializer(said).data, status=status.HTTP_202_ACCEPTED)


urlpatterns = [path("messages", Messages.as_view(), name="messages")]
