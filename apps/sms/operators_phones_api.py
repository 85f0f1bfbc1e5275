"""Phones of people for operators over the API."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import paging, query
from apps.core.errors import NotFound
from apps.core.paging import Newest
from apps.rbac import looks, operations
from apps.rbac.catalog import Permission
from apps.rbac.declared import at_console
from apps.sms.models import PhoneNumber
from apps.sms.operators_looks import shown
from apps.sms.operators_serializers import (
    OnePhoneOfPersonSerializer,
    PhoneOfPersonSerializer,
)


class Phones(generics.ListAPIView[PhoneNumber]):
    policy = at_console(Permission.NUMBER_VIEW)
    scope = None
    serializer_class = PhoneOfPersonSerializer
    pagination_class = Newest
    queryset = PhoneNumber.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "search",
                description="A whole number, or the beginning of an address, the whole"
                " of it for who may not see addresses.",
            ),
            OpenApiParameter("status", enum=PhoneNumber.Status.values),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Phones on anybody's list, the newest first, masked."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        rows: Any = PhoneNumber.objects.select_related("user")
        rows = operations.searched(self.request, rows, whole=("e164",), person="user")
        wanted = query.one_of(self.request, "status", PhoneNumber.Status.values)
        return rows.filter(status=wanted) if wanted else rows


class PhonesOfPerson(APIView):
    policy = at_console(Permission.NUMBER_VIEW)
    scope = None

    @extend_schema(responses=PhoneOfPersonSerializer(many=True))
    def get(self, request: Request, public_id: UUID) -> Response:
        """All on their list, and those that were, masked."""
        query.refuse(request, "limit", "search")
        person = operations.person(public_id)
        looks.record_of(PhoneNumber, by=request.user, person=person)
        rows = PhoneNumber.objects.filter(user=person).select_related("user")
        told = PhoneOfPersonSerializer(rows.order_by("-id")[:500], many=True)
        return paging.whole(told.data)


class PhoneOfPerson(APIView):
    policy = at_console(Permission.NUMBER_VIEW)
    scope = None

    @extend_schema(responses=OnePhoneOfPersonSerializer)
    def get(self, request: Request, public_id: UUID, phone_id: UUID) -> Response:
        """One of them, with what stands in its way and what happened to it."""
        rows = PhoneNumber.objects.select_related("user")
        phone = rows.filter(user__public_id=public_id, public_id=phone_id).first()
        if phone is None:
            raise NotFound("They have no such phone.")
        return shown(request, phone, OnePhoneOfPersonSerializer)


_PERSON = "admin/users/<uuid:public_id>"
urlpatterns = [
    path("admin/phones", Phones.as_view(), name="admin_phones"),
    path(f"{_PERSON}/phones", PhonesOfPerson.as_view(), name="admin_user_phones"),
    path(
        f"{_PERSON}/phones/<uuid:phone_id>",
        PhoneOfPerson.as_view(),
        name="admin_user_phone",
    ),
]
