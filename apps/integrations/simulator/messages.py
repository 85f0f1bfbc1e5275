"""A request and its answer, as the handlers see them."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: str
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def origin(self) -> str:
        """As the caller names us: absolute links lead back the way it came."""
        return f"http://{self.headers.get('host', '127.0.0.1')}"

    def all(self, name: str) -> list[str]:
        return parse_qs(self.query, keep_blank_values=True).get(name, [])

    def q(self, name: str, default: str = "") -> str:
        return next(iter(self.all(name)), default)

    def number(self, name: str, default: int) -> int:
        given = self.q(name)
        return int(given) if given.isdecimal() else default

    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode(errors="replace"), keep_blank_values=True)

    def fields(self) -> dict[str, str]:
        return {name: values[0] for name, values in self.form().items()}

    def json(self) -> dict[str, Any]:
        """The object that was sent; empty for anything else."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def bearer(self) -> str:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""

    def basic(self) -> tuple[str, str]:
        """Name and secret of HTTP Basic (RFC 6749, 2.3.1: both form-encoded)."""
        kind, _, pair = self.headers.get("authorization", "").partition(" ")
        try:
            text = base64.b64decode(pair, validate=True).decode()
        except (binascii.Error, ValueError):
            return "", ""
        name, _, secret = text.partition(":")
        return (unquote(name), unquote(secret)) if kind.lower() == "basic" else ("", "")


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: Any = None  # bytes or text as they are, anything else as JSON
    headers: dict[str, str] = field(default_factory=dict)

    def raw(self) -> tuple[dict[str, str], bytes]:
        if self.body is None:
            return self.headers, b""
        if isinstance(self.body, bytes):
            return self.headers, self.body
        if isinstance(self.body, str):
            return {"Content-Type": "text/html; charset=utf-8"} | self.headers, (
                self.body.encode()
            )
        kind = {"Content-Type": "application/json; charset=utf-8"}
        return kind | self.headers, json.dumps(self.body).encode()


class Stop(Exception):
    """Nothing more to do: this is the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def redirect(address: str) -> Answer:
    return Answer(302, None, {"Location": address, "Cache-Control": "no-store"})
