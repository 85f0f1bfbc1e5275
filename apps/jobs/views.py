"""The page behind the link in letters that somebody can do without."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from apps.core.verbs import require_http_methods
from apps.jobs import unsubscribing
from apps.rbac.declared import public


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A mail program posts here by itself, without a session (RFC 8058 §3.1); opening
    the link changes nothing, for scanners open every link."""
    is_done = request.method == "POST"
    asked = unsubscribing.by_link(token) if is_done else unsubscribing.find(token)
    shown = {"category": asked.category, "is_done": is_done}
    return render(request, "jobs/unsubscribe.html", shown)
