"""Traces and defects, told to whom the environment names: an OpenTelemetry collector
(`OTEL_EXPORTER_OTLP_ENDPOINT`, OTLP over HTTP; all other `OTEL_*` of the SDK hold too)
and Sentry (`SENTRY_DSN`). Without them nothing is sent, and nothing that sends is loaded.

Sentry is told of whatever is logged as an error, and of what Django has caught.

Begun in each process after it was forked: what sends is a thread.
"""

import re
from typing import Any

import structlog
from django.conf import settings

from apps.core import traces
from apps.core.request_ids import current_request_id

# Seconds until a collector is given up; nobody waits for it but its own thread.
_SECONDS = 5
# What names people or opens something: addresses, numbers, keys.
_TELLING = re.compile(r"[^\s<>\"'(]+@[^\s<>\"')]+|\+?\d[\d\s().-]{5,}\d|[\w-]{20,}")


def begin(service: str) -> None:
    """`service`: web, worker or beat."""
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        _trace(f"switchboard-{service}")
    if settings.SENTRY_DSN:
        _tell_of_defects(service)


def end() -> None:
    """Send what is there: a process that is ended at once runs nothing at exit."""
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        from opentelemetry import trace

        provider: Any = trace.get_tracer_provider()
        provider.shutdown()
    if settings.SENTRY_DSN:
        import sentry_sdk

        sentry_sdk.flush(_SECONDS)


def _trace(service: str) -> None:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(
        resource=Resource.create({"service.name": service}), id_generator=of_requests()
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=_SECONDS)))
    trace.set_tracer_provider(provider)
    traces.use(trace.get_tracer("switchboard"))


def of_requests() -> Any:
    """What numbers traces by the request that is under way."""
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class Ids(RandomIdGenerator):
        def generate_trace_id(self) -> int:
            if request_id := current_request_id():
                return traces.trace_id(request_id)
            return super().generate_trace_id()

    return Ids()


def _tell_of_defects(service: str) -> None:
    import sentry_sdk

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        before_send=_without_people,
        # Where a frame has a password, its variables have it.
        include_local_variables=False,
        include_source_context=False,
        send_default_pii=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=None,
        shutdown_timeout=_SECONDS,
    )
    sentry_sdk.set_tag("service", service)
    # Our own lines are no records of the standard library, which its SDK listens to.
    known = structlog.get_config()["processors"]
    structlog.configure(processors=[_hand_on, *known])


def _hand_on(_: Any, level: str, event: Any) -> Any:
    """A line that is an error; the line itself is written all the same."""
    import sentry_sdk

    if level in ("error", "critical"):
        with sentry_sdk.new_scope() as scope:
            scope.set_tag("event", event["event"])
            if event.get("exc_info"):
                sentry_sdk.capture_exception()
            else:
                sentry_sdk.capture_message(event["event"], level="error")
    return event


def _without_people(event: Any, _: Any) -> Any:
    """What went wrong and where, under which request id; not whose, nor with what."""
    kept = {
        name: event[name]
        for name in (
            "event_id",
            "timestamp",
            "level",
            "platform",
            "sdk",
            "environment",
            "release",
            "transaction",
            "exception",
            "logger",
            "tags",
        )
        if name in event
    }
    for each in kept.get("exception", {}).get("values", ()):
        each["value"] = _TELLING.sub("…", each.get("value") or "")
    told = event.get("logentry", {}).get("message") or event.get("message")
    if told:
        kept["logentry"] = {"message": _TELLING.sub("…", told)}
    kept.setdefault("tags", {})["request_id"] = current_request_id()
    return kept
