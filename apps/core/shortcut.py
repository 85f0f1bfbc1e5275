"""A short way for addresses that machines call many times a second.

Sessions, cookies, CSRF and page headers cost a webhook twice its own work
(docs/decisions/0003). Paths under `SHORTCUT_PREFIXES` go straight to their view;
errors become problems here as they would further in, and webhooks are counted here: the
middleware that counts pages never sees them.
"""

import time
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve
from prometheus_client import Histogram

from apps.core import paths
from apps.core.errors import AppError, NotAllowed, NotFound, TooLarge, Unavailable
from apps.core.logs import logger
from apps.core.problems import problem, worded

# A handful of addresses; the bound keeps made-up ones from filling the memory.
_resolved = lru_cache(maxsize=64)(resolve)

# Of all that goes the short way these are part of what the site promises; looks at its
# health are not.
_COUNTED = "/webhooks/"
# One figure for how many and how long: each costs every webhook processor time.
SECONDS = Histogram(
    "switchboard_webhook_seconds", "How long webhooks took, by answer", ["status"]
)


class ShortcutMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.prefixes = tuple(settings.SHORTCUT_PREFIXES)
        # From nought on, or the first of each has no rate (core/from_nought.py).
        for status in (200, AppError.status, Unavailable.status):
            SECONDS.labels(status)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(self.prefixes):
            return self.get_response(request)
        if not request.path_info.startswith(_COUNTED):
            return self._answered(request)
        since = time.perf_counter()
        response = self._answered(request)
        SECONDS.labels(response.status_code).observe(time.perf_counter() - since)
        return response

    def _answered(self, request: HttpRequest) -> HttpResponse:
        try:
            request.resolver_match = found = _resolved(request.path_info)
            response: HttpResponse = found.func(request, *found.args, **found.kwargs)
        except AppError as error:
            return problem(error, request)
        except Http404:
            return problem(NotFound("There is nothing at this address."), request)
        except RequestDataTooBig:
            return problem(TooLarge(), request)
        except (OperationalError, InterfaceError) as error:
            # The connection is dead or about to be; the next request gets a new one.
            connection.close()
            logger.warning("database_away", error=type(error).__name__)
            return problem(Unavailable(), request)
        except Exception:
            logger.exception("defect", path=paths.shown(request.path_info))
            return problem(AppError(), request)
        return _in_words(request, response)


def _in_words(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Django's empty 405 has no words."""
    is_refused = response.status_code == NotAllowed.status
    return worded(request, response) if is_refused else response
