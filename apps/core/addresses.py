"""Who is calling, by network address."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The caller's address. `X-Forwarded-For` counts only behind our own proxies.

    With `TRUSTED_PROXY_COUNT` = n, the n-th entry from the right was written by the
    outermost proxy of ours; everything further left is the caller's own claim.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    count = settings.TRUSTED_PROXY_COUNT
    if not count:
        return peer
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    entries = [entry.strip() for entry in forwarded if entry.strip()]
    return entries[-count] if len(entries) >= count else peer
