"""The one window to the outside over HTTP.

Every call has a time limit and reads at most so many bytes. Redirects are followed only
by `fetch`, to where its caller allows, and never to an address inside our own network.
"""

import ipaddress
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import httpx

from apps.core.errors import OutsideFailure

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
        with httpx.Client(timeout=seconds, trust_env=False) as client:
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
        with httpx.Client(timeout=seconds, trust_env=False) as client:
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
    own, until = _origin(url), time.monotonic() + seconds
    with httpx.Client(timeout=seconds, trust_env=False) as client:
        for _ in range(1 + MOST_REDIRECTS):
            try:
                if not is_allowed(url):
                    raise OutsideFailure("It is not where it may be.", permanent=True)
                auth = credentials if _origin(url) == own else None
                request = _pinned(client, url, is_trusted=_origin(url) == trusted)
                answer = client.send(
                    request, auth=auth or httpx.USE_CLIENT_DEFAULT, stream=True
                )
                try:
                    if not answer.has_redirect_location:
                        return _file(answer, most_bytes, until)
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
        with httpx.Client(timeout=seconds, trust_env=False) as client:
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


def _pinned(client: httpx.Client, url: str, *, is_trusted: bool) -> httpx.Request:
    """A request to the very address that was looked at: a name may be given another one
    between the look and the call."""
    parts = httpx.URL(url)
    if is_trusted:
        return client.build_request("GET", parts)
    address = _public_address(parts.host, parts.port or 443)
    return client.build_request(
        "GET",
        parts.copy_with(host=address),
        headers={"Host": parts.netloc.decode()},
        extensions={"sni_hostname": parts.host},
    )


def _public_address(host: str, port: int) -> str:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(
        ipaddress.ip_address(each).is_global for each in addresses
    ):
        raise OutsideFailure("It stands at no public address.", permanent=True)
    return addresses[0]


def _file(answer: httpx.Response, most_bytes: int, until: float) -> Fetched:
    if answer.status_code != 200:
        is_over = 300 <= answer.status_code < 500 and answer.status_code not in (
            408,
            429,
        )
        raise OutsideFailure(f"It answered {answer.status_code}.", permanent=is_over)
    read = bytearray()
    for chunk in answer.iter_bytes():
        read += chunk
        if len(read) > most_bytes:
            raise OutsideFailure("It is too large.", permanent=True, code="too_large")
        # Each part in time may still be all of it never.
        if time.monotonic() > until:
            raise OutsideFailure("It did not come in time.")
    content_type = answer.headers.get("Content-Type", "").partition(";")[0].strip()
    return Fetched(bytes(read), content_type.lower())


def _body(response: httpx.Response) -> str:
    read = b""
    for chunk in response.iter_bytes():
        read += chunk
        if len(read) > MAX_BYTES:
            raise OutsideFailure("The answer was too large.", permanent=True)
    return read.decode(response.encoding or "utf-8", errors="replace")
