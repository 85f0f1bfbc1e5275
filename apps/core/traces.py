"""Spans of OpenTelemetry: what a piece of work was, and how long it and its calls took.
For an installation that sends them somewhere (config/telemetry.py); anywhere else nothing
of it is loaded, and a span costs one comparison.

The request id is the trace id. A text, the turn that answers it, the calls that this
makes and the reply are one trace, though what leads from one to the other is rows of the
database and no message. Spans carry ids and routes, never paths, words or numbers.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class Span(Protocol):
    def update_name(self, name: str) -> None: ...

    def set_attributes(self, attributes: dict[str, Any]) -> None: ...


class _Nothing:
    def update_name(self, name: str) -> None:
        pass

    def set_attributes(self, attributes: dict[str, Any]) -> None:
        pass


_NOTHING = _Nothing()
_WHOLE = re.compile(r"[0-9a-f]{32}")
_tracer: Any = None


def use(tracer: Any) -> None:
    """An OpenTelemetry `Tracer`, for whatever this process does from now on; None for
    none."""
    global _tracer
    _tracer = tracer


@contextmanager
def of_request(name: str, request_id: str) -> Iterator[Span]:
    """A piece of work that belongs to a request: a part of its trace."""
    if _tracer is None:
        yield _NOTHING
        return
    from opentelemetry import trace
    from opentelemetry.context import Context

    around = trace.get_current_span().get_span_context()
    if around.trace_id == trace_id(request_id):
        within, links = None, []
    else:
        # The rows know no span that it follows: it is another root of its trace.
        within, links = Context(), [trace.Link(around)] if around.is_valid else []
    with _told(name, within, links, trace.SpanKind.SERVER) as span:
        yield span


@contextmanager
def of_call(method: str, host: str) -> Iterator[Span]:
    """A call to the outside, within whatever is under way."""
    if _tracer is None:
        yield _NOTHING
        return
    from opentelemetry import trace

    with _told(f"{method} {host}", None, [], trace.SpanKind.CLIENT) as span:
        span.set_attributes({"http.request.method": method, "server.address": host})
        yield span


def trace_id(request_id: str) -> int:
    """The request id itself where it has 32 hexadecimal digits (dashes are no digits)."""
    digits = request_id.replace("-", "")
    if not _WHOLE.fullmatch(digits):
        digits = hashlib.sha256(request_id.encode()).hexdigest()[:32]
    return int(digits, 16) or 1


@contextmanager
def _told(name: str, within: Any, links: Any, kind: Any) -> Iterator[Any]:
    """What went wrong is told by its type alone: words of an error quote people."""
    from opentelemetry.trace import Status, StatusCode

    with _tracer.start_as_current_span(
        name,
        within,
        kind,
        links=links,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except Exception as error:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
