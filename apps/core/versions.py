"""What is read has a version, and a change may be held to it: `ETag`, `If-Match`.

The tag is made of what is answered (a strong one, RFC 9110 §8.8.3), so it costs no query
and changes with whatever can be seen. A change with `If-Match` runs in one transaction
that first holds what it changes (`hold` of its view) and only then looks: whoever
changes the same meanwhile waits, or was first and is seen.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from inspect import unwrap
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model
from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.preconditions import PreconditionFailed

V = TypeVar("V", bound=Callable[..., Any])


class Versioned(APIView):
    """`get` is `tagged`, what changes it is `guarded`."""

    def hold(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Lock what a change would change, for the rest of the transaction."""
        raise NotImplementedError


def lock(row: Model) -> None:
    """Whoever changes it waits for the end of the transaction."""
    rows = type(row)._base_manager.select_for_update(no_key=True)
    rows.filter(pk=row.pk).first()


def tag(data: Any) -> str:
    return f'"{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32]}"'


def tagged(get: V) -> V:
    """A `get` whose answer has an `ETag`; 304 for `If-None-Match`."""

    @wraps(get)
    def answered(view: Any, request: Request, *args: Any, **kwargs: Any) -> Any:
        return _conditional(request, get(view, request, *args, **kwargs))

    answered.is_tagged = True  # type: ignore[attr-defined]  # read by the schema
    return answered  # type: ignore[return-value]  # takes what `get` takes


def guarded(change: V) -> V:
    """A `patch`, `put` or `delete` of a `Versioned` view. Raises PreconditionFailed."""

    @wraps(change)
    def held(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        wanted = request.headers.get("If-Match")
        if wanted is None:
            return _told(change(view, request, *args, **kwargs), kwargs)
        with transaction.atomic():
            view.hold(request, *args, **kwargs)
            now = unwrap(type(view).get)(view, request, *args, **kwargs)
            named = parse_etags(wanted)
            if tag(now.data) not in named and named != ["*"]:
                raise PreconditionFailed
            return _told(change(view, request, *args, **kwargs), kwargs)

    held.is_guarded = True  # type: ignore[attr-defined]  # read by the schema
    return held  # type: ignore[return-value]  # takes what `change` takes


def _conditional(request: Request, response: Response) -> Any:
    etag = tag(response.data)
    found: Any = get_conditional_response(
        request._request, etag=etag, response=response
    )
    if found.status_code == HTTPStatus.PRECONDITION_FAILED:
        raise PreconditionFailed
    found["ETag"] = etag
    return found


def _told(response: Response, kwargs: dict[str, Any]) -> Response:
    """The version after a change, where all of it is answered. A change of one of a
    series answers another thing than the address is about."""
    about = str(kwargs.get("public_id", ""))
    if response.data and (not about or response.data.get("id", about) == about):
        response["ETag"] = tag(response.data)
    return response
