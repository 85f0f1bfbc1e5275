"""A text, its turn and its reply are one trace of OpenTelemetry, by the request id."""

from collections.abc import Iterator

import pytest
from django.test import Client
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from apps.accounts.models import User
from apps.core import http, traces
from apps.core.errors import OutsideFailure
from apps.core.request_ids import bound
from apps.sms.models import InboundText
from config.telemetry import of_requests
from tests.sms.conftest import ALICE, text, work
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told() -> Iterator[InMemorySpanExporter]:
    """The spans that ended since then."""
    kept = InMemorySpanExporter()
    provider = TracerProvider(id_generator=of_requests())
    provider.add_span_processor(SimpleSpanProcessor(kept))
    traces.use(provider.get_tracer("test"))
    yield kept
    traces.use(None)


def of_trace(kept: InMemorySpanExporter, request_id: str) -> list[ReadableSpan]:
    number = traces.trace_id(request_id)
    spans = kept.get_finished_spans()
    return [span for span in spans if span.context and span.context.trace_id == number]


def test_a_text_its_turn_and_the_reply_are_one_trace(
    alice: User, twilio: TwilioServer, told: InMemorySpanExporter
) -> None:
    answer = text("remind me to call Ana tomorrow at 9")
    work()
    request_id = InboundText.objects.get().request_id
    assert answer["X-Request-ID"] == request_id
    found = {span.name: span for span in of_trace(told, request_id)}
    assert {"POST webhooks/twilio/sms/", "turn", "POST 127.0.0.1"} <= found.keys()
    webhook = found["POST webhooks/twilio/sms/"].attributes or {}
    assert webhook["http.response.status_code"] == 200
    assert webhook["http.route"] == "webhooks/twilio/sms/"
    whole = "".join(span.to_json() for span in told.get_finished_spans())
    for secret in ("Ana", ALICE, "alice@", "remind"):
        assert secret not in whole


def test_a_route_is_told_and_no_path(db: None, told: InMemorySpanExporter) -> None:
    key = "a-key-that-opens-something"
    Client().get(f"/accounts/password/reset/key/1-{key}/?next={key}")
    (span,) = told.get_finished_spans()
    assert span.name.startswith("GET accounts/") and key not in span.to_json()


def test_what_fails_is_told_by_its_type(told: InMemorySpanExporter) -> None:
    with pytest.raises(OutsideFailure), bound("f" * 32, "job x.y"):
        at = "http://127.0.0.1:9"
        http.ask("GET", f"{at}/alice@example.com", trusted=at)
    _call, job = told.get_finished_spans()
    assert job.status.status_code == StatusCode.ERROR
    assert job.status.description == "NotReached" and "alice" not in job.to_json()


def test_another_request_within_is_a_trace_of_its_own(
    told: InMemorySpanExporter,
) -> None:
    with bound("a" * 32, "task"), bound("b" * 32, "turn"), bound("b" * 32, "send"):
        pass
    send, turn, task = told.get_finished_spans()
    assert (send.parent, turn.parent, task.parent) == (turn.context, None, None)
    assert [link.context for link in turn.links] == [task.context]
    assert traces.trace_id("0" * 8 + "-" + "a" * 24) == int("a" * 24, 16)
    assert traces.trace_id("short") != traces.trace_id("other")
