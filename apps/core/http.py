"""The one window to the outside over HTTP.

Every call has a time limit, from the first byte to the last whatever it drips, and
reads at most so many bytes. Redirects are followed only
by `fetch`, to where its caller allows. What is not our own choice of address is called
only where that is public: never inside our own network.
"""

import atexit
import ipaddress
import json
import math
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore
import httpx

from apps.core import traces
from apps.core.errors import OutsideFailure
from apps.core.per_process import PerProcess

SECONDS = 10.0
MAX_BYTES = 2_000_000
# Of what is read line by line.
MAX_LIST_BYTES = 200_000_000


def post_form(
    url: str,
    fields: Mapping[str, str],
    *,
    headers: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
) -> tuple[int, str]:
    """POST a form, answer (status, body). Raises `OutsideFailure` when nobody answers."""
    try:
        with within(seconds), _once(seconds) as client:
            with client.stream(
                "POST", url, data=dict(fields), headers=headers
            ) as response:
                return response.status_code, _body(response)
    except httpx.HTTPError as error:
        raise OutsideFailure(
            f"{httpx.URL(url).host} did not answer ({type(error).__name__})."
        ) from error


def lines(url: str, *, seconds: float = SECONDS) -> Iterator[str]:
    """GET a long list, line by line, never held whole. Raises `OutsideFailure` when
    nobody answers, it breaks off, is no list or has no end."""
    read, rest = 0, b""
    try:
        with httpx.Client(
            verify=_trusted(), timeout=seconds, trust_env=False
        ) as client:
            with client.stream("GET", url) as response:
                if response.status_code != httpx.codes.OK:
                    host = httpx.URL(url).host
                    raise OutsideFailure(f"{host} answered {response.status_code}.")
                for chunk in response.iter_bytes():
                    read += len(chunk)
                    *whole, rest = (rest + chunk).split(b"\n")
                    if read > MAX_LIST_BYTES or len(rest) > MAX_BYTES:
                        raise OutsideFailure("The list was too long.", permanent=True)
                    for line in whole:
                        yield line.decode(errors="replace").rstrip("\r")
                if rest:
                    yield rest.decode(errors="replace")
    except httpx.HTTPError as error:
        raise OutsideFailure(
            f"{httpx.URL(url).host} did not answer ({type(error).__name__})."
        ) from error


_UNTIL: ContextVar[float] = ContextVar("until", default=math.inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Whatever is asked in this block has to come within so long, all together."""
    token = _UNTIL.set(min(_UNTIL.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _UNTIL.reset(token)


class NotReached(OutsideFailure):
    """It was never asked: asking again does nothing twice."""

    code = "not_reached"


class AnswerLost(OutsideFailure):
    """It may have done what it was asked; nobody knows."""

    code = "answer_lost"


@dataclass(frozen=True)
class Answer:
    status: int
    # Neither is shown where it is printed: they hold secrets and people's words.
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Raises `OutsideFailure` for what is no JSON, without repeating it."""
        try:
            return json.loads(self.content)
        except ValueError:
            raise OutsideFailure("The answer cannot be read.") from None


def ask(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str | int | list[str]] | None = None,
    form: Mapping[str, str] | None = None,
    body: Any = None,
    raw: bytes | None = None,
    credentials: tuple[str, str] | None = None,
    trusted: str = "",
    only_https: bool = False,
    seconds: float = SECONDS,
    most_bytes: int = MAX_BYTES,
    cut: bool = False,
) -> Answer:
    """One request, over a connection that is kept; `body` goes as JSON, `raw` as it is.

    An origin other than `trusted` has to have a public address, and with `only_https` to
    be spoken to under TLS. No redirect is followed. With `cut` an answer that is too
    large is read up to there, and as it came over the wire: what is packed stays so.
    Raises `NotReached`, `AnswerLost`, or `OutsideFailure` for an answer that is too
    large; never with words of the answer or the address.
    """
    more = {
        "headers": headers,
        "params": query,
        "data": form,
        "json": body,
        "content": raw,
    }
    with within(seconds):
        seconds = _left()
        if seconds <= 0:
            raise NotReached("There was no time left for it.")
        if only_https and not (_is_https(url) or _is_trusted(url, trusted)):
            raise NotReached("It is spoken to under TLS alone.")
        read = partial(_begun if cut else _read, most_bytes=most_bytes)
        return _asked(method, url, trusted, seconds, credentials, read, more)


def _asked(
    method: str,
    url: str,
    trusted: str,
    seconds: float,
    credentials: tuple[str, str] | None,
    read: Callable[[httpx.Response], bytes],
    more: Mapping[str, Any],
) -> Answer:
    try:
        request = _request(method, url, trusted, seconds, **more)
    except (httpx.InvalidURL, ValueError, OSError) as error:
        why = f"It is at no address ({type(error).__name__})."
        raise NotReached(why) from None
    auth = credentials or httpx.USE_CLIENT_DEFAULT
    with traces.of_call(method, httpx.URL(url).host) as span:
        answer = _answered(request, auth, read)
        span.set_attributes({"http.response.status_code": answer.status})
        return answer


def _answered(
    request: httpx.Request, auth: Any, read: Callable[[httpx.Response], bytes]
) -> Answer:
    try:
        answer = _client().send(request, auth=auth, stream=True)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise NotReached(f"It cannot be reached ({type(error).__name__}).") from None
    except httpx.HTTPError as error:
        raise AnswerLost(f"It did not answer ({type(error).__name__}).") from None
    try:
        content = read(answer)
    except httpx.HTTPError as error:
        raise AnswerLost(f"Its answer broke off ({type(error).__name__}).") from None
    finally:
        answer.close()
    return Answer(answer.status_code, answer.headers, content)


@dataclass(frozen=True)
class Fetched:
    content: bytes
    content_type: str  # as it was said, without parameters


MOST_REDIRECTS = 3


def fetch(
    url: str,
    *,
    credentials: tuple[str, str],
    is_allowed: Callable[[str], bool],
    trusted: str,
    most_bytes: int,
    seconds: float = SECONDS,
) -> Fetched:
    """GET a file from where `is_allowed` says yes, redirects included.

    The credentials go to the origin of `url` alone. Whatever is not of the origin
    `trusted` has to have a public address, and is called at just that address. Raises
    `OutsideFailure`, permanent where a second try would end the same.
    """
    with within(seconds):
        return _fetched(url, credentials, is_allowed, trusted, most_bytes, seconds)


def _fetched(
    url: str,
    credentials: tuple[str, str],
    is_allowed: Callable[[str], bool],
    trusted: str,
    most_bytes: int,
    seconds: float,
) -> Fetched:
    own = _origin(url)
    for _ in range(1 + MOST_REDIRECTS):
        try:
            if not is_allowed(url):
                raise OutsideFailure("It is not where it may be.", permanent=True)
            auth = credentials if _origin(url) == own else None
            request = _request("GET", url, trusted, seconds)
            answer = _client().send(
                request, auth=auth or httpx.USE_CLIENT_DEFAULT, stream=True
            )
            try:
                if not answer.has_redirect_location:
                    return _file(answer, most_bytes)
                url = str(httpx.URL(url).join(answer.headers["Location"]))
            finally:
                answer.close()
        except (httpx.InvalidURL, ValueError) as error:
            raise OutsideFailure("It is at no address.", permanent=True) from error
        except (httpx.HTTPError, OSError) as error:
            raise OutsideFailure(
                f"The file did not come ({type(error).__name__})."
            ) from error
    raise OutsideFailure("It is passed on and on.", permanent=True)


def delete(url: str, *, credentials: tuple[str, str], seconds: float = SECONDS) -> int:
    """The status that came back. Raises `OutsideFailure` when nobody answers."""
    try:
        with within(seconds), _once(seconds) as client:
            # What it says beside is not read.
            with client.stream("DELETE", url, auth=credentials) as response:
                return response.status_code
    except httpx.HTTPError as error:
        raise OutsideFailure(
            f"{httpx.URL(url).host} did not answer ({type(error).__name__})."
        ) from error


def _origin(url: str) -> str:
    parts = httpx.URL(url)
    return f"{parts.scheme}://{parts.netloc.decode()}"


def _is_trusted(url: str, trusted: str) -> bool:
    try:
        return _origin(url) == trusted
    except httpx.InvalidURL:
        return False


def _is_https(url: str) -> bool:
    try:
        return httpx.URL(url).scheme == "https"
    except httpx.InvalidURL:
        return False


def _request(
    method: str, url: str, trusted: str, seconds: float, **more: Any
) -> httpx.Request:
    """A request to the very address that was looked at: a name may be given another one
    between the look and the call."""
    parts = httpx.URL(url)
    if _origin(url) == trusted:
        return _client().build_request(method, parts, timeout=seconds, **more)
    address = _public_address(parts.host, parts.port or 443)
    headers = {**(more.pop("headers", None) or {}), "Host": parts.netloc.decode()}
    return _client().build_request(
        method,
        parts.copy_with(host=address),
        headers=headers,
        timeout=seconds,
        extensions={"sni_hostname": parts.host},
        **more,
    )


def _read(answer: httpx.Response, most_bytes: int) -> bytes:
    read = bytearray()
    for chunk in answer.iter_bytes():
        read += chunk
        if len(read) > most_bytes:
            raise OutsideFailure("It is too large.", permanent=True, code="too_large")
    return bytes(read)


def _begun(answer: httpx.Response, most_bytes: int) -> bytes:
    """Its beginning. Not unpacked: a little may be very much."""
    read = bytearray()
    for chunk in answer.iter_raw():
        read += chunk
        if len(read) >= most_bytes:
            break
    return bytes(read[:most_bytes])


class _Stream(httpcore.NetworkStream):
    """A connection of which each step may take what is left of its call: every part in
    time may still be all of it never, and that begins with the headers."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if _left() <= 0:
            raise httpcore.ReadTimeout
        return self._stream.read(max_bytes, _at_most(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _at_most(timeout))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        limit = _at_most(timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, limit))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


class _Network(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        *args: Any,
        **more: Any,
    ) -> httpcore.NetworkStream:
        limit = _at_most(timeout)
        return _Stream(super().connect_tcp(host, port, limit, *args, **more))


def _left() -> float:
    return _UNTIL.get() - time.monotonic()


def _at_most(timeout: float | None) -> float | None:
    # Nothing at all would mean not to wait for what is there already.
    left = max(0.001, _left())
    return left if timeout is None else min(timeout, left)


@cache
def _trusted() -> ssl.SSLContext:
    """Whom the world trusts: to read that list takes longer than most calls."""
    return httpx.create_ssl_context(trust_env=False)


def _transport() -> httpx.HTTPTransport:
    transport = httpx.HTTPTransport(verify=_trusted(), trust_env=False)
    # httpx has no word for it; its own pool differs in nothing else.
    transport._pool = httpcore.ConnectionPool(
        ssl_context=_trusted(),
        max_connections=100,
        max_keepalive_connections=20,
        keepalive_expiry=5.0,
        network_backend=_Network(),
    )
    return transport


def _once(seconds: float) -> httpx.Client:
    """What keeps no connection."""
    return httpx.Client(transport=_transport(), timeout=seconds, trust_env=False)


def _made() -> httpx.Client:
    """What keeps connections, which saves a handshake a call, and no cookies: they would
    go from one person's call to the next one's."""
    nobody = DefaultCookiePolicy(allowed_domains=())
    jar = CookieJar(policy=nobody)
    client = httpx.Client(transport=_transport(), trust_env=False, cookies=jar)
    atexit.register(client.close)
    return client


_client = PerProcess(_made)


def _public_address(host: str, port: int) -> str:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(map(is_public, addresses)):
        raise OutsideFailure("It stands at no public address.", permanent=True)
    return addresses[0]


# Addresses of IPv4 in another form (RFC 6052 §2.1, RFC 8215): what stands behind one may
# be in our own network.
_TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48")))


def is_public(address: str) -> bool:
    """Whether it is of one machine that anybody may call. Raises ValueError for what is
    no address."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and (
        found.ipv4_mapped
        or found.sixtofour
        or found.teredo
        or any(found in each for each in _TRANSLATED)
    ):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _file(answer: httpx.Response, most_bytes: int) -> Fetched:
    if answer.status_code != 200:
        is_over = 300 <= answer.status_code < 500 and answer.status_code not in (
            408,
            429,
        )
        raise OutsideFailure(f"It answered {answer.status_code}.", permanent=is_over)
    read = _read(answer, most_bytes)
    content_type = answer.headers.get("Content-Type", "").partition(";")[0].strip()
    return Fetched(read, content_type.lower())


def _body(response: httpx.Response) -> str:
    read = b""
    for chunk in response.iter_bytes():
        read += chunk
        if len(read) > MAX_BYTES:
            raise OutsideFailure("The answer was too large.", permanent=True)
    return read.decode(response.encoding or "utf-8", errors="replace")
