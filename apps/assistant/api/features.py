"""What the assistant may do for a person, over the API."""

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.assistant import briefs, features, phrases
from apps.assistant.api.speaking import Speaking, person
from apps.core import paging
from apps.core.errors import Conflict, NotFound
from apps.core.serializers import Exact
from apps.core.versions import Versioned, guarded, tagged
from apps.rbac.declared import signed_in
from apps.rbac.scopes import Scope

_MINUTE = "%H:%M"


class AssistantFeatureSerializer(serializers.Serializer[Any]):
    """`needs`: providers, one of which has to be connected; `connected`: which of them
    are. It works with `is_on` and `is_met`."""

    key = serializers.CharField(source="feature.key")
    title = serializers.CharField(source="feature.title")
    about = serializers.CharField(source="feature.about")
    needs = serializers.ListField(child=serializers.CharField(), source="feature.needs")
    connected = serializers.ListField(child=serializers.CharField())
    is_on = serializers.BooleanField()
    is_met = serializers.BooleanField()


class SwitchSerializer(Exact):
    is_on = serializers.BooleanField()


class Features(Speaking):
    policy = signed_in
    scope = Scope.FEATURES

    @tagged
    @extend_schema(responses=AssistantFeatureSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All of them."""
        found = features.standing(person(request))
        return paging.whole(AssistantFeatureSerializer(found, many=True).data)


class OneFeature(Speaking, Versioned):
    policy = signed_in
    scope = Scope.FEATURES

    def hold(self, request: Request, key: str) -> None:
        User.objects.locked(person(request).pk)

    @tagged
    @extend_schema(responses=AssistantFeatureSerializer)
    def get(self, request: Request, key: str) -> Response:
        """One of them."""
        return _shown(request, key)

    @guarded
    @extend_schema(request=SwitchSerializer, responses=AssistantFeatureSerializer)
    def patch(self, request: Request, key: str) -> Response:
        """Switch it on or off."""
        form = SwitchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        features.switch(user=person(request), key=key, **form.validated_data)
        return _shown(request, key)


class BriefTimeSerializer(Exact):
    """Of the person's clock; null: it does not come."""

    at = serializers.TimeField(
        format=_MINUTE, input_formats=[_MINUTE], allow_null=True, required=True
    )


class BriefTime(Speaking, Versioned):
    policy = signed_in
    scope = Scope.FEATURES

    def hold(self, request: Request) -> None:
        User.objects.locked(person(request).pk)

    @tagged
    @extend_schema(responses=BriefTimeSerializer)
    def get(self, request: Request) -> Response:
        """When the daily brief comes."""
        return _brief(request)

    @guarded
    @extend_schema(request=BriefTimeSerializer, responses=BriefTimeSerializer)
    def put(self, request: Request) -> Response:
        """Each day at this time, or not any more. 409 while the feature is off."""
        form = BriefTimeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user, at = person(request), form.validated_data["at"]
        if at and not features.is_on(user, "brief"):
            name = features.FEATURES["brief"].name
            raise Conflict(phrases.say("feature_off", feature=name))
        briefs.keep(user=user, at=at, now=timezone.now())
        return _brief(request)


def _brief(request: Request) -> Response:
    return Response(BriefTimeSerializer({"at": briefs.of(person(request))}).data)


def _shown(request: Request, key: str) -> Response:
    found = {each.feature.key: each for each in features.standing(person(request))}
    if key not in found:
        raise NotFound(phrases.say("no_feature"))
    return Response(AssistantFeatureSerializer(found[key]).data)


urlpatterns = [
    path("features", Features.as_view(), name="features"),
    path("features/brief/time", BriefTime.as_view(), name="brief_time"),
    path("features/<slug:key>", OneFeature.as_view(), name="feature"),
]
