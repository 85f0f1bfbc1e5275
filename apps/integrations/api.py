"""A person's connections over the API: what their pages do, by the same verbs."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.urls import path
from django.utils.cache import add_never_cache_headers
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import fresh_auth
from apps.core import paging, query
from apps.core.errors import Invalid
from apps.core.once import again, once
from apps.core.paging import Newest
from apps.core.versions import Versioned, guarded, tagged
from apps.integrations import (
    cards,
    checkup,
    connections,
    consents,
    endpoints,
    granted,
    handshake,
)
from apps.integrations import provider as shelf
from apps.integrations import renewing, usage
from apps.integrations.models import Connection, Consent, OAuthEvent
from apps.integrations.serializers import (
    ChangeSerializer,
    ConnectionSerializer,
    ConnectSerializer,
    ConsentSerializer,
    FindingSerializer,
    LeavingSerializer,
    OAuthEventSerializer,
    OfferedProviderSerializer,
    OneConnectionSerializer,
    RenewalSerializer,
    UsageSerializer,
)
from apps.integrations.views import connecting
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, fresh, in_person, signed_in
from apps.rbac.scopes import Scope

API = consents.Channel.API
_PROVIDERS = [each.id for each in shelf.every()]
_STATUSES = [each for each in Connection.Status.values if each != "ended"]
changing = about(Permission.CONNECTION_CHANGE)


class Providers(APIView):
    policy = signed_in
    scope = Scope.CONNECTIONS

    @extend_schema(responses=OfferedProviderSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What can be connected, and what of it is."""
        user: Any = request.user
        return paging.whole(OfferedProviderSerializer(cards.of(user), many=True).data)


class Connections(APIView):
    policy = signed_in
    scope = Scope.CONNECTIONS
    policies: ClassVar = {"post": connecting}
    sparse = ConnectionSerializer
    orderings: ClassVar = {
        "created_at": ("created_at", "pk"),
        "-created_at": ("-created_at", "-pk"),
    }

    @tagged
    @extend_schema(
        parameters=[
            OpenApiParameter("provider", enum=_PROVIDERS),
            OpenApiParameter("status", enum=_STATUSES),
        ],
        responses=ConnectionSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """All that are connected; as many as the role allows. Ask again with the `ETag`
        as `If-None-Match`: 304 while nothing has changed."""
        query.refuse(request, "limit")
        user: Any = request.user
        rows = Connection.objects.owned_by(user)
        if provider := query.one_of(request, "provider", _PROVIDERS):
            rows = rows.filter(provider=provider)
        if state := query.one_of(request, "status", _STATUSES):
            rows = rows.filter(status=state)
        rows = rows.order_by(*query.order(request, self))
        found = ConnectionSerializer(cards.accounts(list(rows)), many=True)
        return paging.whole(query.sparse(request, found).data)

    @once(shows_secret=True)
    @extend_schema(request=ConnectSerializer, responses={201: LeavingSerializer})
    def post(self, request: Request) -> Response:
        """Begin to connect an account, or to allow more: lead this very browser to the
        address. It comes back here only with the cookie of this answer."""
        user: Any = request.user
        form = ConnectSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        provider, row = endpoints.offer(asked["provider"]), None
        if "connection" in asked:
            row = connections.own(user, asked["connection"])
        purpose = connections.purpose(
            user=user,
            provider=provider,
            features=asked["features"],
            channel=API,
            connection=row,
            back=asked.get("back", ""),
        )
        url = handshake.begin(request._request, provider, purpose)
        response = Response({"authorize_url": url}, status=status.HTTP_201_CREATED)
        add_never_cache_headers(response)
        return response


class OneConnection(Versioned):
    policy = about(Permission.CONNECTION_VIEW)
    scope = Scope.CONNECTIONS
    policies: ClassVar = {
        "patch": changing,
        "delete": fresh(in_person(about(Permission.CONNECTION_DELETE))),
    }

    def hold(self, request: Request, public_id: UUID) -> None:
        connections.hold(_own(request, public_id))

    @tagged
    @extend_schema(responses=OneConnectionSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """How it stands."""
        return _shown(_own(request, public_id))

    @guarded
    @extend_schema(request=ChangeSerializer, responses=OneConnectionSerializer)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Pause it, let it go on (that needs a fresh proof), switch features off."""
        form = ChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = _own(request, public_id)
        with transaction.atomic():
            if "features" in form.validated_data:
                _keep_on(row, form.validated_data["features"])
            if "paused" in form.validated_data:
                _pause(request, row, form.validated_data["paused"])
        return _shown(_own(request, public_id))

    @guarded
    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Disconnect it: its secrets are gone at once, and are taken back at the
        provider where that ends nothing else."""
        connections.disconnect(row=_own(request, public_id), channel=API)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Test(APIView):
    policy = changing
    scope = Scope.CONNECTIONS

    @again("it is asked how it stands now")
    @extend_schema(request=None, responses=FindingSerializer)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Ask the provider something small, to see whether it works. A few times a
        minute, together with renewals."""
        return _by_hand(request, public_id, checkup.test)


class Refresh(APIView):
    policy = changing
    scope = Scope.CONNECTIONS

    @again("what is renewed is renewed once more")
    @extend_schema(request=None, responses=FindingSerializer)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Renew its permission before its time."""
        return _by_hand(request, public_id, checkup.renew)


class UsageOfConnection(APIView):
    policy = about(Permission.CONNECTION_VIEW)
    scope = Scope.CONNECTIONS

    @extend_schema(responses=UsageSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """How much of the provider's API it used."""
        query.refuse(request, "period", "from", "to", "limit")
        row = _own(request, public_id)
        days = [
            {"day": day, "calls": calls, "failures": failures}
            for day, calls, failures in usage.by_day(row)
        ]
        found = {"days": days, "capabilities": usage.of(row)}
        return Response(UsageSerializer(found).data)


class EventsOfConnection(generics.ListAPIView[OAuthEvent]):
    """What happened with it, the newest first."""

    policy = about(Permission.CONNECTION_VIEW)
    scope = Scope.CONNECTIONS
    serializer_class = OAuthEventSerializer
    pagination_class = Newest
    # What the schema reads; the rows are those of the person.
    queryset = OAuthEvent.objects.none()

    def get_queryset(self) -> Any:
        return _own(self.request, self.kwargs["public_id"]).events.all()


class Consents(generics.ListAPIView[Consent]):
    """What one was asked and said, of accounts given up as well, the newest first."""

    policy = about(Permission.CONSENT_VIEW)
    scope = Scope.CONNECTIONS
    serializer_class = ConsentSerializer
    pagination_class = Newest
    queryset = Consent.objects.none()

    def get_queryset(self) -> Any:
        user: Any = self.request.user
        return Consent.objects.owned_by(user)


def _own(request: Request, public_id: UUID) -> Connection:
    user: Any = request.user
    return connections.own(user, public_id)


def _shown(row: Connection) -> Response:
    account = cards.account(row, granted.of(row))
    renewal = RenewalSerializer(renewing.of(row)).data
    return Response({**ConnectionSerializer(account).data, "renewal": renewal})


def _keep_on(row: Connection, features: Sequence[str]) -> None:
    """Raises Invalid for one that is not switched on, Conflict for none."""
    if set(features) - set(row.features):
        raise Invalid("Features are added by connecting once more.")
    for feature in [each for each in row.features if each not in features]:
        connections.switch_off(row=row, feature=feature, channel=API)


def _pause(request: Request, row: Connection, wanted: bool) -> None:
    """What stands so already stays so. Raises StepUp for letting it go on."""
    is_paused = row.status == Connection.Status.PAUSED
    if wanted and not is_paused:
        connections.pause(row=row, channel=API)
    if is_paused and not wanted:
        if (step_up := fresh_auth.missing(request._request)) is not None:
            raise step_up
        connections.resume(row=row, channel=API)


def _by_hand(
    request: Request, public_id: UUID, act: Callable[[Connection], checkup.Finding]
) -> Response:
    row = _own(request, public_id)
    found = asdict(act(row))
    row.refresh_from_db()
    return Response(FindingSerializer({**found, "status": row.status}).data)


urlpatterns = [
    path("providers", Providers.as_view(), name="providers"),
    path("connections", Connections.as_view(), name="connections"),
    path("connections/<uuid:public_id>", OneConnection.as_view(), name="connection"),
    path("connections/<uuid:public_id>/test", Test.as_view(), name="connection_test"),
    path(
        "connections/<uuid:public_id>/refresh",
        Refresh.as_view(),
        name="connection_refresh",
    ),
    path(
        "connections/<uuid:public_id>/usage",
        UsageOfConnection.as_view(),
        name="connection_usage",
    ),
    path(
        "connections/<uuid:public_id>/events",
        EventsOfConnection.as_view(),
        name="connection_events",
    ),
    path("consents", Consents.as_view(), name="consents"),
]
