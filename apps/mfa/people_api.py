"""Second factors of people, for operators over the API."""

from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.once import again
from apps.mfa import enforcement, factor, lost
from apps.mfa.models import FactorState, WrongCodes
from apps.mfa.serializers import FactorSerializer
from apps.rbac import looks, operations
from apps.rbac.catalog import Permission
from apps.rbac.declared import at_console
from apps.rbac.operations import reasoned


class FactorsOfPersonSerializer(serializers.Serializer[Any]):
    """`wrong_codes`: since the last good one. `factors_go_at`: when they are removed,
    where somebody said that all are lost."""

    factors = FactorSerializer(many=True)
    is_required = serializers.BooleanField()
    wrong_codes = serializers.IntegerField()
    factors_go_at = serializers.DateTimeField(allow_null=True)


class FactorsOfPerson(APIView):
    policy = at_console(Permission.FACTORS_VIEW)
    scope = None

    @extend_schema(responses=FactorsOfPersonSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """What they can prove, and what stands in their way."""
        person = operations.person(public_id)
        looks.record_of(FactorState, by=request.user, person=person)
        wrong = WrongCodes.objects.filter(user=person).aggregate(all=Sum("count"))
        loss = lost.waiting(person)
        found = {
            "factors": factor.of(person),
            "is_required": enforcement.is_required(person),
            "wrong_codes": wrong["all"] or 0,
            "factors_go_at": loss.ready_at if loss else None,
        }
        return Response(FactorsOfPersonSerializer(found).data)


class ResetFactors(APIView):
    policy = at_console(Permission.FACTORS_RESET)
    scope = None

    @again("409: they have none any more")
    @reasoned(responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """All their factors are removed, their sign-ins end, and they set new ones up
        after they next sign in. Be sure that it is they who ask."""
        person, user = operations.person(public_id), operations.operator(request)
        operations.act(
            request,
            lambda reason: lost.reset(by=user, user=person, reason=reason),
            obj=person,
            person=person,
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path(
        "admin/users/<uuid:public_id>/mfa",
        FactorsOfPerson.as_view(),
        name="admin_user_mfa",
    ),
    path(
        "admin/users/<uuid:public_id>/mfa/reset",
        ResetFactors.as_view(),
        name="admin_user_mfa_reset",
    ),
]
