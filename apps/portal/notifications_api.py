"""What a person should know, over the API."""

from typing import Any

from django.conf import settings
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import paging
from apps.core.once import again, once
from apps.core.serializers import Choice, Exact
from apps.core.versions import tagged
from apps.portal import notifications, trying
from apps.portal.notifications import Notification
from apps.rbac.declared import signed_in
from apps.rbac.scopes import Scope


class NotificationSerializer(serializers.Serializer[Notification]):
    """`next_step`: what its reader can do, in a sentence; empty where nothing is to be
    done. `url` leads to the page about it."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=notifications.KINDS)
    at = serializers.DateTimeField()
    words = serializers.CharField()
    next_step = serializers.CharField()
    url = serializers.SerializerMethodField()
    is_read = serializers.BooleanField()

    def get_url(self, notification: Notification) -> str:
        return f"{settings.PUBLIC_URL}{notification.path}"


class NotificationsSerializer(paging.PageSerializer):
    unread = serializers.IntegerField()
    results = NotificationSerializer(many=True)


class Notifications(APIView):
    policy = signed_in
    scope = Scope.NOTIFICATIONS

    @tagged
    @extend_schema(responses=NotificationsSerializer)
    def get(self, request: Request) -> Response:
        """What happened in thirty days that one should know, the newest first, twenty of
        a kind. Ask again with the `ETag` as `If-None-Match`: 304 while nothing has
        changed."""
        user: Any = request.user
        found = notifications.of(user)
        unread = sum(not each.is_read for each in found)
        shown = {"next": None, "previous": None, "unread": unread, "results": found}
        return Response(NotificationsSerializer(shown).data)


class Read(APIView):
    policy = signed_in
    scope = Scope.NOTIFICATIONS

    @again("it is read already")
    @extend_schema(request=None, responses=NotificationSerializer)
    def post(self, request: Request, notification: str) -> Response:
        """This one is read."""
        user: Any = request.user
        found = notifications.read(user, notification)
        return Response(NotificationSerializer(found).data)


class ReadAll(APIView):
    policy = signed_in
    scope = Scope.NOTIFICATIONS

    @again("all are read already")
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """All that there are now are read."""
        user: Any = request.user
        notifications.read_all(user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TryingSerializer(Exact):
    by = Choice(choices=sorted(trying.WAYS))


class TriedSerializer(serializers.Serializer[Any]):
    """`words`: where to it is on its way."""

    words = serializers.CharField()


class Test(APIView):
    policy = signed_in
    scope = Scope.NOTIFICATIONS

    @once()
    @extend_schema(request=TryingSerializer, responses={202: TriedSerializer})
    def post(self, request: Request) -> Response:
        """A letter or a text that says nothing but that it arrived, three an hour. 404
        where there is no proven address or phone; 409 where that phone may not be
        texted, or the texts of the month are used up."""
        form = TryingSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user: Any = request.user
        words = trying.send(user, form.validated_data["by"])
        return Response({"words": words}, status=status.HTTP_202_ACCEPTED)


urlpatterns = [
    path("notifications", Notifications.as_view(), name="notifications"),
    path("notifications/read-all", ReadAll.as_view(), name="notifications_read_all"),
    path("notifications/test", Test.as_view(), name="notifications_test"),
    path(
        "notifications/<str:notification>/read",
        Read.as_view(),
        name="notification_read",
    ),
]
