"""Which addresses somebody may have us call.

What a name leads to is looked at when it is called (core/http.py): it may be another
place by then.
"""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext

from apps.core import http
from apps.core.errors import Invalid

_LOCAL_NAMES = (".local", ".localhost", ".internal", ".home.arpa")


class BadAddress(Invalid):
    code = "bad_webhook_url"


def insist(url: str) -> None:
    """Raises BadAddress."""
    if any(not 0x21 <= ord(each) <= 0x7E for each in url):
        raise BadAddress(
            gettext("An address has no spaces, and letters of ASCII alone.")
        )
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise BadAddress(gettext("That is no address of a web server.")) from None
    if parts.scheme not in ("http", "https") or not host:
        raise BadAddress(
            gettext("An address begins with https:// and the name of a server.")
        )
    if "@" in parts.netloc or parts.fragment or "#" in url or "\\" in url:
        raise BadAddress(gettext("An address here has no password and no #."))
    if trusted(url):
        return
    if parts.scheme != "https":
        raise BadAddress(gettext("Only https: what is told is nobody else's business."))
    if not _may_be_public(host):
        raise BadAddress(gettext("That server cannot be reached from the internet."))


def trusted(url: str) -> str:
    """The origin, where it is this very machine and may be called; else empty."""
    parts = urlsplit(url)
    if settings.WEBHOOKS_MAY_LOOP_BACK and _is_loopback(parts.hostname or ""):
        return f"{parts.scheme}://{parts.netloc}"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _may_be_public(host: str) -> bool:
    try:
        return http.is_public(host)
    except ValueError:
        # "0x7f.1" and "2130706433" are names to us, and found to be what they are when
        # they are called.
        name = host.rstrip(".")
        return "." in name and not name.endswith(_LOCAL_NAMES)
