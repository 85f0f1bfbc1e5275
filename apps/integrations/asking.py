"""How allauth asks a provider: it expects a session of `requests`, and gets our window.

So its exchanges have the limits of every other call: ten seconds from the first byte to
the last, so many bytes, no redirect, nothing inside of our own network.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.core import http
from apps.integrations import endpoints


@dataclass(frozen=True)
class Answer:
    """As much of a `requests.Response` as is read."""

    status_code: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status_code < 300

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")

    def json(self) -> Any:
        """Raises ValueError."""
        try:
            return json.loads(self.content)
        except RecursionError:
            raise ValueError("It is nested too deeply.") from None


class Session:
    """Each call raises OutsideFailure where no answer comes."""

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        return

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Answer:
        found = http.ask(
            method,
            url,
            headers=headers,
            query=params,
            form=data,
            body=json,
            credentials=auth,
            trusted=endpoints.trusted_origin(url),
        )
        return Answer(found.status, found.headers, found.content)

    def get(self, url: str, **more: Any) -> Answer:
        return self.request("GET", url, **more)

    def post(self, url: str, **more: Any) -> Answer:
        return self.request("POST", url, **more)
