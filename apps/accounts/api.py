"""What people ask the API about themselves."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import StreamingHttpResponse
from django.urls import path
from django.utils.cache import add_never_cache_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import (
    closing,
    cookies,
    exports,
    panic,
    personal_tokens,
    profile,
    sessions,
)
from apps.accounts.models import LoginSession, User
from apps.accounts.serializers import (
    ExportSerializer,
    LetterChoiceSerializer,
    MadeTokenSerializer,
    MeSerializer,
    NewTokenSerializer,
    PersonalTokenSerializer,
    PreferencesSerializer,
    SignInSerializer,
    WantedLettersSerializer,
)
from apps.core import paging, query
from apps.core.api import shown
from apps.core.errors import NotFound
from apps.core.once import again, once
from apps.core.versions import Versioned, guarded, tagged
from apps.jobs import unsubscribing
from apps.rbac.declared import fresh, in_person, signed_in
from apps.rbac.scopes import Scope

own = in_person(signed_in)


class _OfPerson(Versioned):
    def hold(self, request: Request) -> None:
        user: Any = request.user
        request.user = User.objects.locked(user.pk)


class Me(_OfPerson, generics.GenericAPIView[User]):
    policy = signed_in
    scope = Scope.ACCOUNT
    serializer_class = MeSerializer

    @tagged
    def get(self, request: Request) -> Response:
        """Who is asking."""
        return Response(shown(self.serializer_class, request.user))

    @guarded
    def patch(self, request: Request) -> Response:
        """Change some of it."""
        return _changed(self, request)


class Preferences(_OfPerson, generics.GenericAPIView[User]):
    policy = signed_in
    scope = Scope.ACCOUNT
    serializer_class = PreferencesSerializer

    @tagged
    def get(self, request: Request) -> Response:
        """How one wants to read, and when not to be texted."""
        return Response(shown(self.serializer_class, request.user))

    @guarded
    def patch(self, request: Request) -> Response:
        """Change some of it."""
        return _changed(self, request)


class Letters(_OfPerson):
    policy = signed_in
    scope = Scope.ACCOUNT

    @tagged
    @extend_schema(responses=LetterChoiceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Letters that one can do without. What matters to security is always told."""
        return _choices(request.user)

    @guarded
    @extend_schema(
        request=WantedLettersSerializer, responses=LetterChoiceSerializer(many=True)
    )
    def put(self, request: Request) -> Response:
        """Have these and no others of them."""
        form = WantedLettersSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data["wanted"]
        known = {each.category.slug for each in unsubscribing.choices(request.user)}
        if set(wanted) - known:
            raise query.UnknownChoice("wanted", sorted(known))
        unsubscribing.choose(request.user, wanted)
        return _choices(request.user)


class SignIns(generics.ListAPIView[LoginSession]):
    """Where one is signed in, the one used last first. As many as the role allows."""

    policy = own
    scope = None
    serializer_class = SignInSerializer
    pagination_class = paging.Whole

    def get_queryset(self) -> Any:
        user: Any = self.request.user
        return cookies.lasting(user)


class SignIn(APIView):
    policy = fresh(own)
    scope = None

    @extend_schema(responses={204: None})
    def delete(self, request: Request, sid: UUID) -> Response:
        """End one: its cookie and its tokens are dead with their next request."""
        user: Any = request.user
        row = sessions.lasting(user).filter(pk=sid).first()
        if row is None:
            raise NotFound("That sign-in is over already.")
        sessions.end([row], sessions.Ending.ENDED, by=user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OtherSignIns(APIView):
    policy = fresh(own)
    scope = None

    @again("all others are over already")
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """End all others."""
        asked: Any = request._request
        user: Any = request.user
        sessions.end_others(user, sessions.Ending.ENDED, but=asked.sign_in, by=user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Panic(APIView):
    policy = own
    scope = None

    @again("everything is over already")
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """End everything: sign-ins, tokens, password, texting. Without a fresh proof.
        The way back is a new password through the letter, and a second factor."""
        user: Any = request.user
        panic.begin(user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Close(APIView):
    policy = fresh(own)
    scope = None

    @again("it is closed already")
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Close the account: out everywhere at once, and erased after 14 days. Until
        then a new password through the letter opens it again."""
        user: Any = request.user
        closing.close(user=user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Exports(APIView):
    policy = own
    scope = None
    policies: ClassVar = {"post": fresh(own)}

    @extend_schema(responses=ExportSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Exports of one's own data that are being made or can be fetched."""
        user: Any = request.user
        return paging.whole(ExportSerializer(exports.own(user), many=True).data)

    @once()
    @extend_schema(request=None, responses={202: ExportSerializer})
    def post(self, request: Request) -> Response:
        """Ask for one: a ZIP of JSON and CSV, kept for a week. A letter tells when it is
        ready. One at a time, three a day."""
        user: Any = request.user
        asked = exports.ask(user=user)
        return Response(ExportSerializer(asked).data, status.HTTP_202_ACCEPTED)


class Export(APIView):
    policy = own
    scope = None

    @extend_schema(responses=ExportSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """How far it is."""
        user: Any = request.user
        return Response(ExportSerializer(exports.one(user, public_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Stop making it, or delete it with its file."""
        user: Any = request.user
        exports.drop(export=exports.one(user, public_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ExportFile(APIView):
    policy = fresh(own)
    scope = None

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, public_id: UUID) -> StreamingHttpResponse:
        """The ZIP file."""
        user: Any = request.user
        return exports.sent(exports.one(user, public_id))


class Tokens(APIView):
    policy = own
    policies: ClassVar = {"post": fresh(own)}
    scope = None

    @extend_schema(responses=PersonalTokenSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Tokens for programs of one's own, the newest first."""
        user: Any = request.user
        found = personal_tokens.own(user)
        return paging.whole(PersonalTokenSerializer(found, many=True).data)

    @once(shows_secret=True)
    @extend_schema(request=NewTokenSerializer, responses={201: MadeTokenSerializer})
    def post(self, request: Request) -> Response:
        """Make one. `token` is shown this once."""
        user: Any = request.user
        form = NewTokenSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row, said = personal_tokens.make(user=user, **form.validated_data)
        shown_once = {**PersonalTokenSerializer(row).data, "token": said}
        response = Response(shown_once, status.HTTP_201_CREATED)
        add_never_cache_headers(response)
        return response


class Token(APIView):
    policy = own
    scope = None

    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Take it back: it is dead with its next request."""
        user: Any = request.user
        personal_tokens.revoke(user=user, public_id=public_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _choices(user: Any) -> Response:
    found = unsubscribing.choices(user)
    return paging.whole(LetterChoiceSerializer(found, many=True).data)


def _changed(view: generics.GenericAPIView[User], request: Request) -> Response:
    user: Any = request.user
    form = view.get_serializer(user, data=request.data, partial=True)
    form.is_valid(raise_exception=True)
    profile.change(user=user, **form.validated_data)
    kind: Any = view.get_serializer_class()
    return Response(shown(kind, user))


urlpatterns = [
    path("me/panic", Panic.as_view(), name="me_panic"),
    path("me", Me.as_view(), name="me"),
    path("me/close", Close.as_view(), name="me_close"),
    path("me/export", Exports.as_view(), name="me_exports"),
    path("me/export/<uuid:public_id>", Export.as_view(), name="me_export"),
    path(
        "me/export/<uuid:public_id>/file", ExportFile.as_view(), name="me_export_file"
    ),
    path("me/letters", Letters.as_view(), name="me_letters"),
    path("me/preferences", Preferences.as_view(), name="me_preferences"),
    path("tokens", Tokens.as_view(), name="tokens"),
    path("tokens/<uuid:public_id>", Token.as_view(), name="token"),
    path("me/sessions", SignIns.as_view(), name="me_sessions"),
    path(
        "me/sessions/revoke-others", OtherSignIns.as_view(), name="me_sessions_others"
    ),
    path("me/sessions/<uuid:sid>", SignIn.as_view(), name="me_session"),
]
