from typing import Any

from django.urls import include, path
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.views import TokenRefreshView

from apps.accounts.authentication import TokenAuthentication
from apps.rbac.declared import public, signed_in


class Nothing(APIView):
    """Says who asks."""

    policy = signed_in
    authentication_classes: tuple[type[BaseAuthentication], ...] = (
        TokenAuthentication,
    )

    def get(self, request: Request) -> Response:
        user: Any = request.user
        return Response({"email": user.email})


class StockNothing(Nothing):
    authentication_classes = (JWTAuthentication,)


urlpatterns = [
    path("bench/nothing", Nothing.as_view()),
    path("bench/stock/nothing", StockNothing.as_view()),
    path("bench/stock/refresh", public(TokenRefreshView.as_view())),
    path("", include("config.urls")),
]
