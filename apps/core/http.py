"""The one window to the outside over HTTP.

Every call has a time limit, follows no redirect and reads at most `MAX_BYTES`.
"""

from collections.abc import Mapping

import httpx

from apps.core.errors import OutsideFailure

SECONDS = 10.0
MAX_BYTES = 2_000_000


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


def _body(response: httpx.Response) -> str:
    read = b""
    for chunk in response.iter_bytes():
        read += chunk
        if len(read) > MAX_BYTES:
            raise OutsideFailure("The answer was too large.", permanent=True)
    return read.decode(response.encoding or "utf-8", errors="replace")
