"""Traces and defects are told to whom the environment names, without people in them, and
to nobody else: a collector and a Sentry are played here."""

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)

REQUEST_ID = "5" * 32
SCRIPT = """
import sys
import django
django.setup()
from apps.core import http
from apps.core.logs import logger
from apps.core.request_ids import bound
from config import telemetry
telemetry.begin("worker")
here = sys.argv[1]
with bound("5" * 32, "job mail.send"):
    assert http.ask("POST", f"{here}/call/of-alice", trusted=here).status == 200
    try:
        password = "hunter2hunter2"
        raise ValueError("of alice@example.com at +1 202 555 0101, sbpat_" + "x" * 46)
    except ValueError:
        logger.exception("job_failed", words="secretkey12345678901234")
telemetry.end()
"""
UNSAID = """
import sys
from config.wsgi import application
# The client of Redis loads the rest of OpenTelemetry, wherever it is there.
ours = ("opentelemetry.exporter", "opentelemetry.sdk.trace.export", "sentry_sdk")
print([name for name in ours if name in sys.modules])
"""


@dataclass
class Gathered:
    address: str
    bodies: list[tuple[str, bytes]] = field(default_factory=list)

    def of(self, path: str) -> list[bytes]:
        return [body for at, body in self.bodies if at.startswith(path)]


@pytest.fixture
def gathered() -> Iterator[Gathered]:
    """What is posted to a server that says yes to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            found.bodies.append((self.path, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Gathered(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def run(script: str, *arguments: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return done.stdout


def test_both_are_told_under_the_request_id_and_nobody_is_named(
    gathered: Gathered,
) -> None:
    at = gathered.address
    dsn = at.replace("://", "://public@") + "/7"
    run(SCRIPT, at, OTEL_EXPORTER_OTLP_ENDPOINT=at, SENTRY_DSN=dsn)
    spans: dict[str, Any] = {}
    for body in gathered.of("/v1/traces"):
        for told in ExportTraceServiceRequest.FromString(body).resource_spans:
            names = {
                each.key: each.value.string_value for each in told.resource.attributes
            }
            assert names["service.name"] == "switchboard-worker"
            for scope in told.scope_spans:
                spans |= {span.name: span for span in scope.spans}
    job, call = spans["job mail.send"], spans["POST 127.0.0.1"]
    assert job.trace_id.hex() == call.trace_id.hex() == REQUEST_ID
    assert call.parent_span_id == job.span_id and not job.parent_span_id
    (envelope,) = gathered.of("/api/7/envelope/")
    event = json.loads(envelope.splitlines()[2])
    assert event["tags"]["request_id"] == REQUEST_ID
    assert event["tags"]["service"] == "worker"
    assert event["tags"]["event"] == "job_failed"
    assert event["exception"]["values"][0]["type"] == "ValueError"
    assert event["exception"]["values"][0]["stacktrace"]["frames"]
    posted = b"".join(gathered.of("/v1/traces") + gathered.of("/api/"))
    for secret in (b"alice", b"555 0101", b"sbpat_x", b"hunter2", b"secretkey"):
        assert secret not in posted, secret


def test_where_nobody_is_named_neither_is_loaded() -> None:
    told = run(UNSAID, OTEL_EXPORTER_OTLP_ENDPOINT="", SENTRY_DSN="")
    assert told.splitlines()[-1] == "[]"


def test_a_collector_that_is_away_hinders_nothing() -> None:
    away = "http://127.0.0.1:9"
    script = SCRIPT.replace("assert http.ask", "http.ask if False else 0 #")
    run(
        script,
        away,
        OTEL_EXPORTER_OTLP_ENDPOINT=away,
        SENTRY_DSN="http://a@127.0.0.1:9/1",
    )


@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_ENDPOINT", "SENTRY_DSN"])
def test_what_is_no_address_is_said_at_the_start(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNSAID],
        env={**os.environ, name: "collector:4318"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode and name in done.stderr
