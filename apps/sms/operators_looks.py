"""How operators look at a row of a person over the API: on record, and at its words for a
reason that its person can read."""

from typing import Any

from django.utils.cache import add_never_cache_headers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.rbac import looks, operations
from apps.sms import numbers


class Reveal(APIView):
    scope = None

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)
        add_never_cache_headers(response)
        return response


def shown(request: Request, row: Any, kind: Any) -> Response:
    context = operations.looked_at(request, row, person=numbers.whose(row))
    return Response(kind(row, context=context).data)


def revealed(
    request: Request, row: Any, names: tuple[str, ...], person: Any = None
) -> Response:
    whose, user = person or numbers.whose(row), request.user
    found = operations.act(
        request,
        lambda reason: looks.reveal(row, names, by=user, person=whose, reason=reason),
        obj=row,
        person=whose,
    )
    return Response(found)
