"""What is counted, and what a page leaves in the log."""

import json
import re

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from apps.core import logs
from apps.core.kinds import Queue
from tests.sms.conftest import form, post

pytestmark = pytest.mark.django_db


def test_metrics_are_in_prometheus_form() -> None:
    Client().get("/health/live")
    response = Client().get("/metrics")
    assert response.status_code == 200
    assert b"switchboard_sms_inbound_total" in response.content


def test_metrics_are_told_by_address_as_well_as_by_name(settings: Settings) -> None:
    """Prometheus finds containers by theirs."""
    settings.ALLOWED_HOSTS = ["switchboard.example"]
    settings.DEBUG = False
    headers = {"host": "10.89.0.5:8000"}
    assert Client().get("/metrics", headers=headers).status_code == 200
    assert Client().get("/", headers=headers).status_code == 400


def test_metrics_are_not_for_who_comes_through_a_proxy() -> None:
    outside = Client().get("/metrics", headers={"X-Forwarded-For": "1.2.3.4"})
    assert outside.status_code == 404
    assert Client().get("/metrics").status_code == 200


def test_a_worker_that_never_came_is_silent_since_the_installation() -> None:
    """So ProcessSilent tells of it."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_heartbeat WHERE name LIKE 'worker:%'")
        cursor.execute(
            "UPDATE django_migrations SET applied = applied - '1h'::interval"
        )
    told = Client().get("/metrics").content.decode()
    age = r'^switchboard_heartbeat_age_seconds{name="worker:(\w+)"} (.*)$'
    found = dict(re.findall(age, told, re.MULTILINE))
    assert set(found) == set(Queue.values)
    assert all(float(seconds) >= 3_600 for seconds in found.values())


def test_how_postgresql_redis_and_migrations_stand_is_told() -> None:
    told = Client().get("/metrics").content.decode()
    figures = dict(
        line.rsplit(" ", 1) for line in told.splitlines() if not line.startswith("#")
    )
    assert float(figures['switchboard_database_connections{state="active"}']) >= 1
    assert float(figures["switchboard_database_bytes"]) > 1_000_000
    assert float(figures["switchboard_redis_memory_bytes"]) > 100_000
    assert figures["switchboard_django_migrations_unapplied"] == "0.0"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'analytics'")
    told = Client().get("/metrics").content.decode()
    (line,) = re.findall("^switchboard_django_migrations_unapplied (.*)", told, re.M)
    assert float(line) >= 1


def test_who_is_away_is_told_and_hides_nothing_else(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    told = Client().get("/metrics").content.decode()
    assert "switchboard_redis_up 0.0" in told and "switchboard_database_up 1.0" in told
    assert "switchboard_database_bytes" in told


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_told() -> None:
    connection.close()
    port = connection.settings_dict["PORT"]
    connection.settings_dict["PORT"] = "9"
    try:
        answer = Client().get("/metrics")
    finally:
        connection.settings_dict["PORT"] = port
    assert answer.status_code == 200
    told = answer.content.decode()
    assert "switchboard_database_up 0.0" in told and "switchboard_redis_up 1.0" in told


def _webhooks(status: int) -> float:
    """How many calls were answered so, as Prometheus is told; fails where no series is."""
    told = Client().get("/metrics").content.decode()
    named = f'^switchboard_webhook_seconds_count{{status="{status}"}} (.*)$'
    (count,) = re.findall(named, told, re.MULTILINE)
    return float(count)


@pytest.mark.django_db(transaction=True)
def test_webhooks_are_counted_by_how_they_were_answered() -> None:
    """Also those that fail, from nought on: the rate of errors sees the first."""
    sms = "/webhooks/twilio/sms/"
    # A client has its own middleware, and makes it for its first request.
    assert Client().post(sms, {}).status_code == 415
    refused, away, defects = _webhooks(415), _webhooks(503), _webhooks(500)
    assert Client().post(sms, {}).status_code == 415
    connection.close()
    port = connection.settings_dict["PORT"]
    connection.settings_dict["PORT"] = "9"
    try:
        assert post(sms, form("hello")).status_code == 503
    finally:
        connection.settings_dict["PORT"] = port
    assert (_webhooks(415), _webhooks(503)) == (refused + 1, away + 1)
    assert _webhooks(500) == defects


def test_a_text_by_the_fallback_address_counts_from_nought_on() -> None:
    """Or the alert does not see the first."""
    told = Client().get("/metrics").content.decode()
    counted = '^switchboard_sms_webhook_fallback_total{error_code="(.*)"}'
    assert {"11200", "other"} <= set(re.findall(counted, told, re.MULTILINE))


def test_what_machines_look_at_is_no_webhook() -> None:
    Client().get("/health/live")
    before = _webhooks(200)
    Client().get("/health/live")
    assert _webhooks(200) == before


def test_a_page_leaves_one_line_with_its_route_and_no_secret_of_its_path(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure({"format": "json", "level": "INFO"})
    Client().get("/accounts/password/reset/key/1-secret-key/?next=/private")
    said = capsys.readouterr().err
    lines = [json.loads(line) for line in said.splitlines() if '"request"' in line]
    (line,) = [line for line in lines if line["event"] == "request"]
    assert line["method"] == "GET" and line["status"] in (200, 302)
    assert "password/reset/key" in line["route"]
    assert "secret-key" not in said and "private" not in said
