"""`/metrics` for Prometheus: what all processes of this machine have counted."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django_prometheus import exports

from apps.core.errors import NotFound


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For the network inside: whoever comes through the proxy finds nothing."""
    if "HTTP_X_FORWARDED_FOR" in request.META:
        raise NotFound("There is no page at this address.")
    found: HttpResponse = exports.ExportToDjangoView(request)
    return found
