"""Who is calling, by network address."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The caller's address, in its shortest form; empty for one without.
    `X-Forwarded-For` counts only behind our own proxies.

    With `TRUSTED_PROXY_COUNT` = n, the n-th entry from the right was written by the
    outermost proxy of ours; everything further left is the caller's own claim.
    """
    peer = _address(str(request.META.get("REMOTE_ADDR", "")))
    count = settings.TRUSTED_PROXY_COUNT
    if not count:
        return peer
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    entries = [entry.strip() for entry in forwarded if entry.strip()]
    told = _address(entries[-count]) if len(entries) >= count else ""
    return told or peer


def _address(text: str) -> str:
    """Without what some proxies write around it (RFC 7239 §6): quotes, brackets, a port.
    Empty for what is none."""
    text = text.strip('"')
    if text.startswith("["):
        text, closed, _port = text[1:].partition("]")
        text = text if closed else ""
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        # Without a zone, which names a card of this machine.
        found = found.ipv4_mapped or ipaddress.IPv6Address(int(found))
    return str(found)
