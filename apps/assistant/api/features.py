"""What the assistant may do for a person, over the API."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.assistant import features, phrases
from apps.assistant.api.speaking import Speaking, person
from apps.core import paging
from apps.core.errors import NotFound
from apps.core.serializers import Exact
from apps.core.versions import Versioned, guarded, tagged
from apps.rbac.declared import signed_in
from apps.rbac.scopes import Scope


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


def _shown(request: Request, key: str) -> Response:
    found = {each.feature.key: each for each in features.standing(person(request))}
    if key not in found:
        raise NotFound(phrases.say("no_feature"))
    return Response(AssistantFeatureSerializer(found[key]).data)


urlpatterns = [
    path("features", Features.as_view(), name="features"),
    path("features/<slug:key>", OneFeature.as_view(), name="feature"),
]
