"""Connections and providers, for operators over the API."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import paging, query
from apps.core.errors import NotFound
from apps.core.once import again
from apps.core.paging import Newest
from apps.integrations import breaker, health, operators
from apps.integrations import provider as shelf
from apps.integrations import tokens
from apps.integrations.models import Connection, OAuthEvent, ProviderState
from apps.integrations.operators_serializers import (
    ConnectionOfPersonSerializer,
    OAuthEventOfPersonSerializer,
    OneConnectionOfPersonSerializer,
    ProviderHealthSerializer,
)
from apps.rbac import looks, operations
from apps.rbac.catalog import Permission
from apps.rbac.declared import at_console
from apps.rbac.operations import reasoned

_STATUSES = Connection.Status.values
_PROVIDERS = shelf.ids()
_FILTERS = [
    OpenApiParameter("provider", enum=[*_PROVIDERS]),
    OpenApiParameter("status", enum=_STATUSES),
]
_PERSON = OpenApiParameter("person", OpenApiTypes.UUID, description="Whose.")


class Connections(generics.ListAPIView[Connection]):
    policy = at_console(Permission.CONNECTION_VIEW)
    scope = None
    serializer_class = ConnectionOfPersonSerializer
    pagination_class = Newest
    queryset = Connection.objects.none()

    @extend_schema(
        parameters=[
            *_FILTERS,
            _PERSON,
            OpenApiParameter(
                "search",
                description="An id, or the beginning of an address, the whole of it for"
                " who may not see addresses.",
            ),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Connections of everybody, the newest first, masked."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        rows: Any = Connection.objects.select_related("user")
        rows = operations.of_person(self.request, rows, "user")
        rows = operations.searched(
            self.request, rows, whole=("label",), ids=("public_id",), person="user"
        )
        return _filtered(self.request, rows)


class ConnectionsOfPerson(generics.ListAPIView[Connection]):
    policy = at_console(Permission.CONNECTION_VIEW)
    scope = None
    serializer_class = ConnectionOfPersonSerializer
    pagination_class = Newest
    queryset = Connection.objects.none()

    @extend_schema(parameters=_FILTERS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Theirs, given up ones too, the newest first, masked. What can be done about
        one is under `admin/oauth/connections/{id}`."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        person = operations.person(self.kwargs["public_id"])
        looks.record_of(Connection, by=self.request.user, person=person)
        rows = Connection.objects.filter(user=person).select_related("user")
        return _filtered(self.request, rows)


class OneConnection(APIView):
    policy = at_console(Permission.CONNECTION_VIEW)
    policies: ClassVar = {"delete": at_console(Permission.CONNECTION_DELETE)}
    scope = None

    @extend_schema(responses=OneConnectionOfPersonSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """How one stands, what was allowed of it, and how it is renewed."""
        row = _row(public_id)
        context = operations.looked_at(request, row, person=row.user)
        return Response(OneConnectionOfPersonSerializer(row, context=context).data)

    @reasoned(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Disconnect it: its secrets are gone at once, the grant is taken back at the
        provider where that ends nothing else, and its person is told."""
        return _done(request, public_id, operators.disconnect)


class Pause(APIView):
    policy = at_console(Permission.CONNECTION_CHANGE)
    scope = None

    @again("409: it is paused already")
    @reasoned(responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Nothing is read, written or renewed until an operator resumes it."""
        return _done(request, public_id, operators.pause)


class Resume(APIView):
    policy = at_console(Permission.CONNECTION_CHANGE)
    scope = None

    @again("409: it is not paused any more")
    @reasoned(responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """The assistant may use it again."""
        return _done(request, public_id, operators.resume)


class Renew(APIView):
    policy = at_console(Permission.CONNECTION_CHANGE)
    scope = None

    @again("what is renewed is renewed once more")
    @reasoned(responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Ask for a new access token, whether or not it is time."""
        row = _row(public_id)
        operations.act(
            request, lambda reason: tokens.renew_now(row), obj=row, person=row.user
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class Events(generics.ListAPIView[OAuthEvent]):
    policy = at_console(Permission.OAUTH_EVENT_VIEW)
    scope = None
    serializer_class = OAuthEventOfPersonSerializer
    pagination_class = Newest
    queryset = OAuthEvent.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter("provider", enum=[*_PROVIDERS]),
            OpenApiParameter("kind", enum=OAuthEvent.Kind.values),
            _PERSON,
            OpenApiParameter(
                "search",
                description="A request id, the id of a connection, or the beginning of"
                " an address, the whole of it for who may not see addresses.",
            ),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What happened between us and the providers, the newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        asked = self.request
        rows: Any = OAuthEvent.objects.select_related("user", "connection")
        rows = operations.of_person(asked, rows, "user")
        rows = operations.searched(
            asked,
            rows,
            whole=("request_id",),
            ids=("connection__public_id",),
            person="user",
        )
        if provider := query.one_of(asked, "provider", _PROVIDERS):
            rows = rows.filter(provider=provider)
        if kind := query.one_of(asked, "kind", OAuthEvent.Kind.values):
            rows = rows.filter(kind=kind)
        return rows


class Providers(APIView):
    policy = at_console(Permission.PROVIDER_VIEW)
    scope = None

    @extend_schema(responses=ProviderHealthSerializer(many=True))
    def get(self, request: Request) -> Response:
        """How each provider does: renewals of a day, calls of seven days."""
        query.refuse(request, "limit", "search")
        found = health.by_provider()
        rows = ProviderState.objects.filter(provider__in=shelf.ids())
        told = [
            {
                "state": state,
                "health": found.get(state.provider, health.Health({})),
            }
            for state in rows.order_by("provider")
        ]
        return paging.whole(ProviderHealthSerializer(told, many=True).data)


class Stop(APIView):
    policy = at_console(Permission.PROVIDER_CHANGE)
    scope = None

    @again("what is stopped stays so")
    @reasoned(responses={204: None})
    def post(self, request: Request, provider: str) -> Response:
        """No token of this provider is renewed until it is resumed; what lasts is used
        to its end. Nobody is marked or told."""
        return _switched(request, provider, stop=True)


class LetGo(APIView):
    policy = at_console(Permission.PROVIDER_CHANGE)
    scope = None

    @again("what goes goes on")
    @reasoned(responses={204: None})
    def post(self, request: Request, provider: str) -> Response:
        """Tokens are renewed from now on."""
        return _switched(request, provider, stop=False)


def _filtered(request: Request, rows: Any) -> Any:
    if provider := query.one_of(request, "provider", _PROVIDERS):
        rows = rows.filter(provider=provider)
    if wanted := query.one_of(request, "status", _STATUSES):
        rows = rows.filter(status=wanted)
    return rows


def _row(public_id: UUID) -> Connection:
    rows = Connection.objects.select_related("user")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such connection.")
    return found


def _done(request: Request, public_id: UUID, verb: Any) -> Response:
    row, user = _row(public_id), request.user
    operations.act(
        request,
        lambda reason: verb(by=user, row=row, reason=reason),
        obj=row,
        person=row.user,
    )
    return Response(status=status.HTTP_204_NO_CONTENT)


def _switched(request: Request, provider: str, *, stop: bool) -> Response:
    state = ProviderState.objects.filter(provider=provider).first()
    if state is None or provider not in shelf.ids():
        raise NotFound("There is no such provider.")
    user = request.user
    operations.act(
        request,
        lambda reason: breaker.switch(
            by=user, provider=shelf.named(provider), stop=stop, words=reason
        ),
        obj=state,
    )
    return Response(status=status.HTTP_204_NO_CONTENT)


_ONE = "admin/oauth/connections/<uuid:public_id>"
_PROVIDER = "admin/oauth/providers/<slug:provider>"
urlpatterns = [
    path(
        "admin/oauth/connections", Connections.as_view(), name="admin_oauth_connections"
    ),
    path(_ONE, OneConnection.as_view(), name="admin_oauth_connection"),
    path(f"{_ONE}/pause", Pause.as_view(), name="admin_oauth_connection_pause"),
    path(f"{_ONE}/resume", Resume.as_view(), name="admin_oauth_connection_resume"),
    path(f"{_ONE}/renew", Renew.as_view(), name="admin_oauth_connection_renew"),
    path("admin/oauth/events", Events.as_view(), name="admin_oauth_events"),
    path("admin/oauth/providers", Providers.as_view(), name="admin_oauth_providers"),
    path(f"{_PROVIDER}/stop", Stop.as_view(), name="admin_oauth_provider_stop"),
    path(f"{_PROVIDER}/resume", LetGo.as_view(), name="admin_oauth_provider_resume"),
    path(
        "admin/users/<uuid:public_id>/connections",
        ConnectionsOfPerson.as_view(),
        name="admin_user_connections",
    ),
]
