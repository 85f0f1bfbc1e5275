"""Which verbs a view takes: Django's decorators, which also say it to whoever asks.

What is looked at before a view runs (a proof, for one) is not asked for the sake of a
verb that the view refuses anyway.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.views.decorators import http

V = TypeVar("V", bound=Callable[..., Any])


def require_http_methods(verbs: Sequence[str]) -> Callable[[V], V]:
    def guard(view: V) -> V:
        guarded = http.require_http_methods(list(verbs))(view)
        guarded.verbs = frozenset(verbs)  # type: ignore[attr-defined]  # see `takes`
        return guarded

    return guard


require_POST = require_http_methods(["POST"])  # noqa: N816  (Django's name)
require_safe = require_http_methods(["GET", "HEAD"])


def takes(view: Callable[..., Any], verb: str) -> bool:
    """Also true of a view that does not say."""
    verbs = getattr(view, "verbs", None)
    return verbs is None or verb in verbs
