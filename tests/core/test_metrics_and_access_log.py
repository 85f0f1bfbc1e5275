"""What is counted, and what a page leaves in the log."""

import json

import pytest
from django.test import Client

from apps.core import logs

pytestmark = pytest.mark.django_db


def test_metrics_are_in_prometheus_form() -> None:
    Client().get("/health/live")
    response = Client().get("/metrics")
    assert response.status_code == 200
    assert b"switchboard_sms_inbound_total" in response.content


def test_metrics_are_not_for_who_comes_through_a_proxy() -> None:
    outside = Client().get("/metrics", headers={"X-Forwarded-For": "1.2.3.4"})
    assert outside.status_code == 404
    assert Client().get("/metrics").status_code == 200


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
