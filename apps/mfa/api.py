"""A person's second factors over the API: what their pages do, by the same verbs.

A code belongs to the sign-in it was asked for in. Passkeys need a browser and are set up
through allauth's part of the API.
"""

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils.cache import add_never_cache_headers
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import browsers, sessions
from apps.accounts.models import KnownBrowser, LoginSession
from apps.core.errors import Conflict
from apps.core.once import again, once
from apps.core.paging import Whole
from apps.mfa import enforcement, enrolment, factor, lost, trusted
from apps.mfa.factors import recovery, sms, totp
from apps.mfa.serializers import (
    AppSerializer,
    BrowserSerializer,
    ChosenPhoneSerializer,
    FactorsSerializer,
    GivenCodeSerializer,
    LossSerializer,
    RecoveryCodesSerializer,
    TextedSerializer,
)
from apps.rbac.declared import fresh, in_person, signed_in

own = in_person(signed_in)


class Factors(APIView):
    policy = own
    scope = None

    @extend_schema(responses=FactorsSerializer)
    def get(self, request: Request) -> Response:
        """What is set up, and whether that is enough."""
        user: Any = request.user
        codes = recovery.device(user)
        known, left = factor.of(user), codes.left if codes else 0
        found = {
            "factors": known,
            "recovery_codes_left": left,
            "is_only_one_left": enrolment.is_only_one_left(known, left),
            "is_required": enforcement.is_required(user),
        }
        return Response(FactorsSerializer(found).data)


class _Secret(APIView):
    """What is answered here is kept by nobody on the way."""

    policy = fresh(own)
    scope = None

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)
        add_never_cache_headers(response)
        return response


class App(_Secret):
    @once(shows_secret=True)
    @extend_schema(request=None, responses={201: AppSerializer})
    def post(self, request: Request) -> Response:
        """Begin with an authenticator app. It counts once its first code is given."""
        user: Any = request.user
        enrolment.begin_totp(user=user)
        setup = enrolment.totp_setup(user)
        return Response(AppSerializer(setup).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Remove it."""
        return _removed(request, totp.FACTOR)


class AppCode(_Secret):
    @once(shows_secret=True)
    @extend_schema(request=GivenCodeSerializer, responses=RecoveryCodesSerializer)
    def post(self, request: Request) -> Response:
        """The first code of the app."""
        return _confirmed(request, totp.FACTOR)


class Phone(_Secret):
    @once()
    @extend_schema(request=ChosenPhoneSerializer, responses={201: TextedSerializer})
    def post(self, request: Request) -> Response:
        """Text a code to a verified phone, or another one."""
        user: Any = request.user
        form = ChosenPhoneSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        texted = enrolment.begin_sms(
            user=user,
            number=form.validated_data["phone"],
            session=_name(_sign_in(request)),
        )
        return Response(TextedSerializer(texted).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Text no codes any more."""
        return _removed(request, sms.FACTOR)


class PhoneCode(_Secret):
    @once(shows_secret=True)
    @extend_schema(request=GivenCodeSerializer, responses=RecoveryCodesSerializer)
    def post(self, request: Request) -> Response:
        """The code that was texted."""
        return _confirmed(request, sms.FACTOR)


class RecoveryCodes(_Secret):
    @once(shows_secret=True)
    @extend_schema(request=None, responses={201: RecoveryCodesSerializer})
    def post(self, request: Request) -> Response:
        """Ten new ones; older ones are dead."""
        user: Any = request.user
        codes = enrolment.new_recovery_codes(user=user)
        return Response(_shown(codes), status=status.HTTP_201_CREATED)


class Loss(APIView):
    policy = own
    scope = None

    @again("it is the one that waits")
    @extend_schema(request=None, responses={201: LossSerializer})
    def post(self, request: Request) -> Response:
        """All factors are lost, and this sign-in is still there: they are removed in
        three days, unless somebody stops it. Announced by letter and by text."""
        user: Any = request.user
        if not factor.are_set_up(user):
            raise Conflict("There is none to lose.")
        loss = LossSerializer(lost.begin(user=user)).data
        return Response(loss, status=status.HTTP_201_CREATED)


class LossVeto(APIView):
    policy = own
    scope = None

    @again("it is stopped already")
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Somebody with the password says that all factors are lost: they are not.
        Without a fresh proof, like the page."""
        user: Any = request.user
        lost.veto(user=user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Browsers(generics.ListAPIView[KnownBrowser]):
    """Browsers one was signed in with, and until when which is not asked for the second
    factor."""

    policy = own
    scope = None
    serializer_class = BrowserSerializer
    pagination_class = Whole

    def get_queryset(self) -> Any:
        user: Any = self.request.user
        return trusted.known(user)


class Browser(APIView):
    policy = own
    scope = None

    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Forget it: it is asked for everything again."""
        user: Any = request.user
        browsers.forget(user=user, public_id=public_id, by=user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _confirmed(request: Request, declared: factor.Factor) -> Response:
    """Setting it up proves it, like any other code."""
    user: Any = request.user
    form = GivenCodeSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    here = _sign_in(request)
    confirm = {"totp": enrolment.confirm_totp, "sms": enrolment.confirm_sms}
    codes = confirm[declared.id](
        user=user, code=form.validated_data["code"], session=_name(here)
    )
    sessions.proved(here, declared.id, twice=True)
    enforcement.met(request._request)
    return Response(_shown(codes))


def _removed(request: Request, declared: factor.Factor) -> Response:
    user: Any = request.user
    enrolment.remove(user=user, name=declared.id)
    return Response(status=status.HTTP_204_NO_CONTENT)


def _shown(codes: list[str]) -> Any:
    found = {"recovery_codes": [recovery.grouped(code) for code in codes]}
    return RecoveryCodesSerializer(found).data


def _sign_in(request: Request) -> LoginSession:
    """Whoever was found fresh has one."""
    asked: Any = request._request
    found: LoginSession = asked.sign_in
    return found


def _name(row: LoginSession) -> str:
    """What a challenge is bound to: a session only serves a browser's pages."""
    return str(row.pk)


urlpatterns = [
    path("me/mfa", Factors.as_view(), name="me_mfa"),
    path("me/mfa/totp", App.as_view(), name="me_mfa_totp"),
    path("me/mfa/totp/confirm", AppCode.as_view(), name="me_mfa_totp_confirm"),
    path("me/mfa/sms", Phone.as_view(), name="me_mfa_sms"),
    path("me/mfa/sms/confirm", PhoneCode.as_view(), name="me_mfa_sms_confirm"),
    path("me/mfa/recovery-codes", RecoveryCodes.as_view(), name="me_mfa_recovery"),
    path("me/mfa/lost", Loss.as_view(), name="me_mfa_lost"),
    path("me/mfa/lost/veto", LossVeto.as_view(), name="me_mfa_lost_veto"),
    path("me/devices", Browsers.as_view(), name="me_devices"),
    path("me/devices/<uuid:public_id>", Browser.as_view(), name="me_device"),
]
