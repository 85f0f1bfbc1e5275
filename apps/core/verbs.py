"""Which verbs a view takes: Django's decorators, which also say it to whoever asks.

What is looked at before a view runs (a proof, for one) is not asked for the sake of a
verb that the view refuses anyway.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext
from django.views.decorators import http

from apps.core.errors import NotAllowed
from apps.core.problems import answer

V = TypeVar("V", bound=Callable[..., Any])


def require_http_methods(verbs: Sequence[str]) -> Callable[[V], V]:
    def guard(view: V) -> V:
        checked = http.require_http_methods(list(verbs))(view)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response: HttpResponse = checked(request, *args, **kwargs)
            is_blank = isinstance(response, HttpResponseNotAllowed)
            return _worded(request, response) if is_blank else response

        guarded.verbs = frozenset(verbs)  # type: ignore[attr-defined]  # see `takes`
        return guarded  # type: ignore[return-value]  # takes what `view` takes

    return guard


require_POST = require_http_methods(["POST"])  # noqa: N816  (Django's name)
require_safe = require_http_methods(["GET", "HEAD"])


def _worded(request: HttpRequest, refusal: HttpResponse) -> HttpResponse:
    """Django's has no words; a browser would show a page of its own."""
    said = gettext("There is nothing to see at this address: it only takes a form.")
    page = answer(request, NotAllowed(said if request.method == "GET" else ""))
    page["Allow"] = refusal["Allow"]
    return page


def takes(view: Callable[..., Any], verb: str) -> bool:
    """Also true of a view that does not say."""
    verbs = getattr(view, "verbs", None)
    return verbs is None or verb in verbs
