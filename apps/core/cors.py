"""Pages of other origins may call the API if they are on the list: CORS.

The list is `CORS_ALLOWED_ORIGINS`; each is named back by itself, never as `*`. To all
others nothing is said, and their browser keeps the answer from them.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

_PREFIX = "/api/"
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
# What the API reads, allauth's part of it included.
_ASKED = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
    "X-CSRFToken, X-Email-Verification-Key, X-Password-Reset-Key, X-Session-Token"
)
_TOLD = (
    "Allow, Deprecation, ETag, Idempotent-Replayed, Link, RateLimit, "
    "RateLimit-Policy, Retry-After, Sunset, WWW-Authenticate, X-CSRFToken, X-Request-ID"
)
# Longer is kept by no browser.
_SECONDS = 7_200


class CorsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(_PREFIX):
            return self.get_response(request)
        origin = request.headers.get("Origin", "")
        is_listed = origin in settings.CORS_ALLOWED_ORIGINS
        is_asked_ahead = "Access-Control-Request-Method" in request.headers
        if is_listed and is_asked_ahead and request.method == "OPTIONS":
            response = _preflight()
        else:
            response = self.get_response(request)
        if is_listed:
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Allow-Credentials"] = "true"
            response["Access-Control-Expose-Headers"] = _TOLD
        patch_vary_headers(response, ["Origin"])
        return response


def _preflight() -> HttpResponse:
    response = HttpResponse(status=204)
    response["Access-Control-Allow-Methods"] = _METHODS
    response["Access-Control-Allow-Headers"] = _ASKED
    response["Access-Control-Max-Age"] = str(_SECONDS)
    return response
