"""What operators do about somebody's account over the API."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import browsers, invitations, profile, sessions, suspension
from apps.accounts.models import KnownBrowser, LoginSession, User
from apps.accounts.people_serializers import (
    BrowserOfPersonSerializer,
    EndedSerializer,
    SignInOfPersonSerializer,
)
from apps.accounts.serializers import PreferencesSerializer
from apps.core import paging, query
from apps.core.errors import Conflict, NotFound
from apps.core.once import again, once
from apps.core.paging import Ordered
from apps.core.versions import Versioned, guarded, tagged
from apps.rbac import assignments, looks, operations
from apps.rbac.catalog import Permission
from apps.rbac.declared import at_console
from apps.rbac.operations import reasoned

_OVER = ("no", "yes")


class Suspend(APIView):
    policy = at_console(Permission.PERSON_SUSPEND)
    scope = None

    @again("409: they are suspended already")
    @reasoned(responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """They can neither sign in nor text, from the next request on."""
        return _done(request, operations.person(public_id), suspension.suspend)


class Restore(APIView):
    policy = at_console(Permission.PERSON_SUSPEND)
    scope = None

    @again("409: their account is open already")
    @reasoned(responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Open an account that was suspended, or closed and not erased yet."""
        return _done(request, operations.person(public_id), suspension.restore)


class PasswordLetter(APIView):
    policy = at_console(Permission.PERSON_SEND_RESET)
    scope = None

    @once()
    @reasoned(responses={202: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Send them a letter with a link to choose a password. Nobody but their mailbox
        sees it; who was invited and never came is invited once more."""
        _done(request, operations.person(public_id), invitations.send_reset)
        return Response(status=status.HTTP_202_ACCEPTED)


class SignInsOfPerson(generics.ListAPIView[LoginSession]):
    policy = at_console(Permission.SIGN_IN_VIEW)
    policies: ClassVar = {"delete": at_console(Permission.SIGN_IN_END)}
    scope = None
    serializer_class = SignInOfPersonSerializer
    pagination_class = Ordered
    orderings: ClassVar = {"-created_at": ("-created_at", "-sid")}
    queryset = LoginSession.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter("over", enum=_OVER, description="All unless it is said.")
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Where they are signed in, and where they were, the newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        person = operations.person(self.kwargs["public_id"])
        looks.record_of(LoginSession, by=self.request.user, person=person)
        wanted = query.one_of(self.request, "over", _OVER)
        if wanted == "no":
            return sessions.lasting(person).order_by()
        rows = LoginSession.objects.owned_by(person)
        if wanted == "yes":
            lasting = sessions.lasting(person).order_by()
            return rows.exclude(pk__in=lasting.values("pk"))
        return rows

    @reasoned(
        operation_id="admin_users_sessions_destroy_all",
        responses={200: EndedSerializer},
    )
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Sign them out everywhere: cookies and tokens are dead with their next
        request."""
        person, user = operations.person(public_id), operations.operator(request)

        def end(reason: str) -> int:
            assignments.insist_within_reach(user, person)
            return sessions.end_others(
                person, sessions.Ending.OPERATOR, by=user, words=reason
            )

        ended = operations.act(request, end, obj=person, person=person)
        return Response({"ended": ended})


class SignInOfPerson(APIView):
    policy = at_console(Permission.SIGN_IN_VIEW)
    policies: ClassVar = {"delete": at_console(Permission.SIGN_IN_END)}
    scope = None

    @extend_schema(responses=SignInOfPersonSerializer)
    def get(self, request: Request, public_id: UUID, sid: UUID) -> Response:
        """One of them."""
        row = _sign_in(public_id, sid)
        context = operations.looked_at(request, row, person=row.user)
        return Response(SignInOfPersonSerializer(row, context=context).data)

    @reasoned(responses={204: None})
    def delete(self, request: Request, public_id: UUID, sid: UUID) -> Response:
        """End it: its cookie and its tokens are dead with their next request."""
        row, user = _sign_in(public_id, sid), operations.operator(request)

        def end(reason: str) -> None:
            assignments.insist_within_reach(user, row.user)
            ending = sessions.Ending.OPERATOR
            if not sessions.end([row], ending, by=user, words=reason):
                raise Conflict("That sign-in is over already.")

        operations.act(request, end, obj=row, person=row.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class BrowsersOfPerson(APIView):
    policy = at_console(Permission.BROWSER_VIEW)
    scope = None

    @extend_schema(responses=BrowserOfPersonSerializer(many=True))
    def get(self, request: Request, public_id: UUID) -> Response:
        """Browsers they were signed in with, the one used last first."""
        query.refuse(request, "limit")
        person = operations.person(public_id)
        looks.record_of(KnownBrowser, by=request.user, person=person)
        rows = KnownBrowser.objects.filter(user=person).order_by("-last_seen_at", "pk")
        return paging.whole(BrowserOfPersonSerializer(rows, many=True).data)


class BrowserOfPerson(APIView):
    policy = at_console(Permission.BROWSER_FORGET)
    scope = None

    @reasoned(responses={204: None})
    def delete(self, request: Request, public_id: UUID, browser_id: UUID) -> Response:
        """Forget it: it is a stranger's, and asked for the second factor again."""
        person, user = operations.person(public_id), operations.operator(request)
        row = KnownBrowser.objects.filter(user=person, public_id=browser_id).first()

        def forget(reason: str) -> None:
            browsers.forget(user=person, public_id=browser_id, by=user, reason=reason)

        operations.act(request, forget, obj=row or KnownBrowser, person=person)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PreferencesOfPerson(Versioned):
    policy = at_console(Permission.PERSON_VIEW)
    policies: ClassVar = {"patch": at_console(Permission.PERSON_CHANGE)}
    scope = None

    def hold(self, request: Request, public_id: UUID) -> None:
        User.objects.locked(operations.person(public_id).pk)

    @tagged
    @extend_schema(responses=PreferencesSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """How they want to read, and when not to be texted."""
        person = operations.person(public_id)
        looks.record(person, by=request.user, person=person)
        return Response(PreferencesSerializer(person).data)

    @guarded
    @extend_schema(request=PreferencesSerializer, responses=PreferencesSerializer)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Change some of it for them. They see on *Activity* that somebody did."""
        person = changed(request, operations.person(public_id), PreferencesSerializer)
        return Response(PreferencesSerializer(person).data)


def changed(request: Request, person: User, kind: Any) -> User:
    """The profile or the preferences, as `kind` takes them."""
    form = kind(person, data=request.data, partial=True)
    form.is_valid(raise_exception=True)
    user = operations.operator(request)
    operations.tried(
        request,
        lambda: profile.change(user=person, by=user, **form.validated_data),
        obj=person,
        person=person,
    )
    return person


def _done(request: Request, person: User, verb: Any) -> Response:
    user = operations.operator(request)
    operations.act(
        request,
        lambda reason: verb(by=user, user=person, reason=reason),
        obj=person,
        person=person,
    )
    return Response(status=status.HTTP_204_NO_CONTENT)


def _sign_in(public_id: UUID, sid: UUID) -> LoginSession:
    rows = LoginSession.objects.select_related("user")
    row = rows.filter(user__public_id=public_id, pk=sid).first()
    if row is None:
        raise NotFound("They have no such sign-in.")
    return row


_ONE = "admin/users/<uuid:public_id>"
urlpatterns = [
    path(f"{_ONE}/suspend", Suspend.as_view(), name="admin_user_suspend"),
    path(f"{_ONE}/restore", Restore.as_view(), name="admin_user_restore"),
    path(
        f"{_ONE}/password-letter",
        PasswordLetter.as_view(),
        name="admin_user_password_letter",
    ),
    path(
        f"{_ONE}/preferences",
        PreferencesOfPerson.as_view(),
        name="admin_user_preferences",
    ),
    path(f"{_ONE}/sessions", SignInsOfPerson.as_view(), name="admin_user_sessions"),
    path(
        f"{_ONE}/sessions/<uuid:sid>",
        SignInOfPerson.as_view(),
        name="admin_user_session",
    ),
    path(f"{_ONE}/devices", BrowsersOfPerson.as_view(), name="admin_user_devices"),
    path(
        f"{_ONE}/devices/<uuid:browser_id>",
        BrowserOfPerson.as_view(),
        name="admin_user_device",
    ),
]
