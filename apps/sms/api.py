"""A person's phones over the API: what their page does, by the same verbs."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from django.utils.cache import add_never_cache_headers
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.core import paging
from apps.core.once import again, once
from apps.core.paging import Newest
from apps.core.versions import Versioned, guarded, lock, tagged
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, fresh, in_person, requires, signed_in
from apps.rbac.scopes import Scope
from apps.sms import cooling, lanes, linking, numbers, phone_lines, texted_codes, trust
from apps.sms.models import NumberEvent, PhoneNumber
from apps.sms.serializers import (
    LinkWordsSerializer,
    NewPhoneSerializer,
    OwnPhoneSerializer,
    PhoneCodeSerializer,
    PhoneEventSerializer,
    PhoneLabelSerializer,
)

changing = fresh(about(Permission.NUMBER_CHANGE))


class Phones(APIView):
    policy = about(Permission.NUMBER_VIEW)
    scope = Scope.PHONES
    policies: ClassVar = {"post": fresh(requires(Permission.NUMBER_ADD))}

    @tagged
    @extend_schema(responses=OwnPhoneSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All on one's list, with what stands in their way."""
        found = phone_lines.of(_person(request))
        return paging.whole(OwnPhoneSerializer(found, many=True).data)

    @once()
    @extend_schema(request=NewPhoneSerializer, responses={201: OwnPhoneSerializer})
    def post(self, request: Request) -> Response:
        """Note a number. It counts once the words were texted from it, or its code was
        given."""
        form = NewPhoneSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        number = numbers.claim(user=_person(request), **form.validated_data)
        return _shown(number, status.HTTP_201_CREATED)


class OnePhone(Versioned):
    policy = about(Permission.NUMBER_VIEW)
    scope = Scope.PHONES
    policies: ClassVar = {
        "patch": about(Permission.NUMBER_CHANGE),
        "delete": fresh(about(Permission.NUMBER_DELETE)),
    }

    def hold(self, request: Request, public_id: UUID) -> None:
        lanes.lock_person(_person(request))
        lock(_own(request, public_id))

    @tagged
    @extend_schema(responses=OwnPhoneSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """One of them."""
        return _shown(_own(request, public_id))

    @guarded
    @extend_schema(request=PhoneLabelSerializer, responses=OwnPhoneSerializer)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Call it something else, or nothing."""
        form = PhoneLabelSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        number = numbers.rename(
            user=_person(request), public_id=str(public_id), **form.validated_data
        )
        return _shown(number)

    @guarded
    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Give it up: what is texted from it is a stranger's from now on."""
        cooling.give_up(user=_person(request), public_id=str(public_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Words(APIView):
    """Whoever has the words links a phone for good: they are for the person alone, and
    kept by nobody on the way."""

    policy = fresh(in_person(signed_in))
    scope = None

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)
        add_never_cache_headers(response)
        return response

    @extend_schema(responses=LinkWordsSerializer)
    def get(self, request: Request) -> Response:
        """What to text from a phone to link it. The same words for half an hour, then
        others."""
        phrase = linking.phrase_for(_person(request))
        return Response(LinkWordsSerializer(phrase).data)

    @again("the words of before are dead, and GET shows those that are good")
    @extend_schema(request=None, responses=LinkWordsSerializer)
    def post(self, request: Request) -> Response:
        """Other words; those of before are dead."""
        return Response(LinkWordsSerializer(linking.renew(_person(request))).data)


class SendCode(APIView):
    policy = changing
    scope = Scope.PHONES

    @once()
    @extend_schema(request=None, responses={202: OwnPhoneSerializer})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Text it a code; the one before is dead. A few a day, with pauses."""
        number = texted_codes.send(user=_person(request), public_id=str(public_id))
        return _shown(number, status.HTTP_202_ACCEPTED)


class Verify(APIView):
    policy = changing
    scope = Scope.PHONES

    @once()
    @extend_schema(request=PhoneCodeSerializer, responses=OwnPhoneSerializer)
    def post(self, request: Request, public_id: UUID) -> Response:
        """The code that was texted to it: it is linked."""
        form = PhoneCodeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        number = texted_codes.check(
            user=_person(request), public_id=str(public_id), **form.validated_data
        )
        return _shown(number)


class MakePrimary(APIView):
    policy = changing
    scope = Scope.PHONES

    @again("it is the one that is texted already")
    @extend_schema(request=None, responses=OwnPhoneSerializer)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Have this one texted from now on."""
        number = cooling.choose(user=_person(request), public_id=str(public_id))
        return _shown(number)


class Confirm(APIView):
    policy = changing
    scope = Scope.PHONES

    @again("it is known to be theirs already")
    @extend_schema(request=None, responses=OwnPhoneSerializer)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Say that one in `doubt` is still one's own; 409 where it `is_to_be_proven`."""
        number = trust.confirm(user=_person(request), public_id=str(public_id))
        return _shown(number)


class Events(generics.ListAPIView[NumberEvent]):
    """What happened to one's phones, the newest first; also of those given up."""

    policy = about(Permission.NUMBER_VIEW)
    scope = Scope.PHONES
    serializer_class = PhoneEventSerializer
    pagination_class = Newest
    queryset = NumberEvent.objects.none()

    def get_queryset(self) -> Any:
        rows = NumberEvent.objects.filter(user=_person(self.request))
        return rows.select_related("phone")


def _person(request: Request) -> User:
    user: User = request.user  # type: ignore[assignment]  # nobody else gets here
    return user


def _own(request: Request, public_id: UUID) -> PhoneNumber:
    return numbers.own(_person(request), str(public_id))


def _shown(number: PhoneNumber, code: int = status.HTTP_200_OK) -> Response:
    return Response(OwnPhoneSerializer(phone_lines.line(number)).data, code)


urlpatterns = [
    path("phones", Phones.as_view(), name="phones"),
    path("phones/words", Words.as_view(), name="phone_words"),
    path("phones/events", Events.as_view(), name="phone_events"),
    path("phones/<uuid:public_id>", OnePhone.as_view(), name="phone"),
    path("phones/<uuid:public_id>/send-code", SendCode.as_view(), name="phone_send"),
    path("phones/<uuid:public_id>/verify", Verify.as_view(), name="phone_verify"),
    path(
        "phones/<uuid:public_id>/make-primary",
        MakePrimary.as_view(),
        name="phone_primary",
    ),
    path("phones/<uuid:public_id>/confirm", Confirm.as_view(), name="phone_confirm"),
]
