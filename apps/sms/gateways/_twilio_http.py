"""What Twilio's SDK calls through.

Its own window goes by `requests`, which takes three times as long about a text as the
connection itself, and has no time limit.
"""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import certifi
import urllib3
from django.conf import settings
from twilio.http import HttpClient
from twilio.http.response import Response

from apps.core import traces
from apps.sms.gateway import CONNECT_SECONDS, READ_SECONDS

# As many threads as a process may have that text at once.
_KEPT = 32


class Window(HttpClient):  # type: ignore[misc]  # no hints there
    """With time limits, pointed at `TWILIO_API_BASE`; no redirect is followed, nothing
    is tried twice, and no proxy is looked for. Raises urllib3's `HTTPError`."""

    def __init__(self) -> None:
        super().__init__(logging.getLogger("twilio.http_client"), is_async=False)
        self._pools = urllib3.PoolManager(
            maxsize=_KEPT,
            ca_certs=certifi.where(),
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            retries=False,
        )

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        asked = {k: v for k, v in (params or {}).items() if v is not None}
        url = f"{redirected(uri)}?{urlencode(asked, doseq=True)}".rstrip("?")
        with traces.of_call(method, urlsplit(url).hostname or "") as span:
            answer = self._pools.request(
                method,
                url,
                body=urlencode(data, doseq=True) if data else None,
                headers={**(headers or {}), **_proof(auth)},
                redirect=False,
            )
            span.set_attributes({"http.response.status_code": answer.status})
        return Response(answer.status, answer.data.decode(), answer.headers)


def redirected(url: str) -> str:
    """The same at `TWILIO_API_BASE`, where that is set."""
    if not settings.TWILIO_API_BASE:
        return url
    parts, base = urlsplit(url), urlsplit(settings.TWILIO_API_BASE)
    return parts._replace(scheme=base.scheme, netloc=base.netloc).geturl()


def _proof(auth: tuple[str, str] | None) -> dict[str, str]:
    basic = ":".join(auth) if auth else None
    return dict(urllib3.make_headers(accept_encoding="gzip", basic_auth=basic))
