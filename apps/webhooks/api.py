"""Outgoing webhooks over the API."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from django.utils.cache import add_never_cache_headers
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import names
from apps.core import paging, query
from apps.core.once import once
from apps.core.paging import Newest
from apps.core.serializers import Choice, Exact
from apps.core.versions import Versioned, guarded, tagged
from apps.rbac.declared import fresh, in_person, signed_in
from apps.webhooks import deliveries, endpoints
from apps.webhooks.models import Delivery, Endpoint, Type

own = in_person(signed_in)


class WebhookSerializer(serializers.ModelSerializer[Endpoint]):
    """`ending`: why it is off, empty while it is on. `failing_since`: it took nothing
    since then. `older_until`: the secret before this one signs along until then."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    types = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Endpoint
        fields: ClassVar = [
            "id",
            "url",
            "name",
            "types",
            "include_text",
            "is_enabled",
            "ending",
            "created_at",
            "older_until",
            "last_success_at",
            "failing_since",
        ]
        read_only_fields: ClassVar = fields


class WebhookWithSecretSerializer(WebhookSerializer):
    """`secret` is shown this once."""

    secret = serializers.CharField(read_only=True)

    class Meta(WebhookSerializer.Meta):
        fields: ClassVar = [*WebhookSerializer.Meta.fields, "secret"]
        read_only_fields: ClassVar = fields


class ChangeWebhookSerializer(Exact):
    url = serializers.CharField(max_length=Endpoint.URL_LENGTH, required=False)
    name = serializers.CharField(
        max_length=Endpoint.NAME_LENGTH,
        required=False,
        allow_blank=True,
        validators=[names.insist_readable],
    )
    types = serializers.ListField(
        child=Choice(choices=Type.choices), allow_empty=False, required=False
    )
    is_enabled = serializers.BooleanField(required=False)


class NewWebhookSerializer(Exact):
    """`include_text`: whether the words of texts come along. It cannot be changed."""

    url = serializers.CharField(max_length=Endpoint.URL_LENGTH)
    name = serializers.CharField(
        max_length=Endpoint.NAME_LENGTH,
        default="",
        allow_blank=True,
        validators=[names.insist_readable],
    )
    types = serializers.ListField(child=Choice(choices=Type.choices), allow_empty=False)
    include_text = serializers.BooleanField(default=False)


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """`id` is its `webhook-id`, however often it is sent; `told` what it has as `data`,
    but for the words of texts. `status_code` and `answer` are
    of the last attempt; `error` says in a word why there was none: `no_answer`,
    `not_reached`, `not_public`. `next_at` is null unless it waits."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    told = serializers.DictField(source="data", read_only=True)
    next_at = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields: ClassVar = [
            "id",
            "type",
            "happened_at",
            "told",
            "state",
            "attempts",
            "attempted_at",
            "next_at",
            "status_code",
            "error",
            "answer",
            "milliseconds",
        ]
        read_only_fields: ClassVar = fields

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_next_at(self, row: Delivery) -> str | None:
        waits = row.state == Delivery.State.WAITING
        shown: str = serializers.DateTimeField().to_representation(row.next_at)
        return shown if waits else None


class Webhooks(APIView):
    policy = own
    policies: ClassVar = {"post": fresh(own)}
    scope = None

    @extend_schema(responses=WebhookSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Addresses of yours that are told of what happens, the newest first."""
        found = endpoints.own(_person(request))
        return paging.whole(WebhookSerializer(found, many=True).data)

    @once(shows_secret=True)
    @extend_schema(
        request=NewWebhookSerializer, responses={201: WebhookWithSecretSerializer}
    )
    def post(self, request: Request) -> Response:
        """Make one. `secret` is shown this once."""
        form = NewWebhookSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row, secret = endpoints.make(user=_person(request), **form.validated_data)
        return _with_secret(row, secret, status.HTTP_201_CREATED)


class Webhook(Versioned):
    policy = own
    policies: ClassVar = {"patch": fresh(own)}
    scope = None

    def hold(self, request: Request, public_id: UUID) -> None:
        endpoints.held(_person(request), public_id)

    @tagged
    @extend_schema(operation_id="webhook_retrieve", responses=WebhookSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """One of them."""
        row = endpoints.one(_person(request), public_id)
        return Response(WebhookSerializer(row).data)

    @guarded
    @extend_schema(request=ChangeWebhookSerializer, responses=WebhookSerializer)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Change what is sent, where to, or whether. What waits while it is switched off
        is not sent."""
        form = ChangeWebhookSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = endpoints.change(
            user=_person(request), public_id=public_id, **form.validated_data
        )
        return Response(WebhookSerializer(row).data)

    @guarded
    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Delete it, and what is known of what it was sent."""
        endpoints.delete(user=_person(request), public_id=public_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Rotate(APIView):
    policy = fresh(own)
    scope = None

    @once(shows_secret=True)
    @extend_schema(request=None, responses=WebhookWithSecretSerializer)
    def post(self, request: Request, public_id: UUID) -> Response:
        """A new `secret`, shown this once. For 24 hours the one before signs along."""
        row, secret = endpoints.rotate(user=_person(request), public_id=public_id)
        return _with_secret(row, secret, status.HTTP_200_OK)


class Test(APIView):
    policy = own
    scope = None

    @once()
    @extend_schema(request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Send `webhook.test` there, whatever it asked for. How it goes is read from its
        deliveries."""
        row = deliveries.test(user=_person(request), public_id=public_id)
        return Response(DeliverySerializer(row).data, status.HTTP_202_ACCEPTED)


@extend_schema(parameters=[OpenApiParameter("state", enum=Delivery.State.values)])
class Deliveries(generics.ListAPIView[Delivery]):
    """The newest first, kept for 30 days."""

    policy = own
    scope = None
    serializer_class = DeliverySerializer
    pagination_class = Newest

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Delivery.objects.none()
        rows = deliveries.of(_person(self.request), self.kwargs["public_id"])
        state = query.one_of(self.request, "state", Delivery.State.values)
        return rows.filter(state=state) if state else rows


class Again(APIView):
    policy = own
    scope = None

    @once()
    @extend_schema(request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, public_id: UUID, delivery: UUID) -> Response:
        """Send it once more, at once, under the same `webhook-id`."""
        row = deliveries.again(
            user=_person(request), public_id=public_id, delivery=delivery
        )
        return Response(DeliverySerializer(row).data, status.HTTP_202_ACCEPTED)


def _person(request: Request) -> Any:
    return request.user


def _with_secret(row: Endpoint, secret: str, code: int) -> Response:
    shown_once = {**WebhookSerializer(row).data, "secret": secret}
    response = Response(shown_once, code)
    add_never_cache_headers(response)
    return response


urlpatterns = [
    path("webhooks", Webhooks.as_view(), name="webhooks"),
    path("webhooks/<uuid:public_id>", Webhook.as_view(), name="webhook"),
    path("webhooks/<uuid:public_id>/rotate", Rotate.as_view(), name="webhook_rotate"),
    path("webhooks/<uuid:public_id>/test", Test.as_view(), name="webhook_test"),
    path(
        "webhooks/<uuid:public_id>/deliveries",
        Deliveries.as_view(),
        name="webhook_deliveries",
    ),
    path(
        "webhooks/<uuid:public_id>/deliveries/<uuid:delivery>/redeliver",
        Again.as_view(),
        name="webhook_redeliver",
    ),
]
