"""What happened that a person should know; whoever looks has read it."""

from django.http import HttpResponse
from django.shortcuts import render

from apps.core.verbs import require_safe
from apps.portal import notifications
from apps.portal.shell import SignedIn
from apps.rbac.declared import signed_in

_TONES = {"approval": "accent", "connection": "bad", "undelivered": "bad"}


@signed_in
@require_safe
def bell(request: SignedIn) -> HttpResponse:
    """As it hangs on every page, with how much is not read."""
    shown = {"unread": notifications.unread(request.user)}
    return render(request, "ui/_bell.html", shown)


@signed_in
@require_safe
def page(request: SignedIn) -> HttpResponse:
    """The newest first; what is new on it is not any more on the next."""
    found = notifications.of(request.user)
    new = notifications.unread_of(found)
    notifications.ring(request.user, len(new))
    answer = render(
        request,
        "portal/news.html",
        {"news": [(each, _TONES.get(each.kind, "quiet")) for each in found]},
    )
    # Who stands in for somebody reads nothing in their place.
    is_theirs = not getattr(request, "standing_in", None)
    if is_theirs and new:
        notifications.read_all(request.user)
    return answer
