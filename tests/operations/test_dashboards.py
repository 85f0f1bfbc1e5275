"""Dashboards: what is kept is what is built, and each query is asked of a real Prometheus
that has asked the real application while it worked."""

import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY
from twilio.request_validator import RequestValidator

from tests.operations.conftest import Site
from tests.operations.tools import DOCKER, answers, free_port, run, serving, until

FOLDER = DOCKER / "grafana/dashboards"
FILES = sorted(FOLDER.glob("*.json"))
QUERIES = [
    (path.stem, panel["title"], target["expr"])
    for path in FILES
    for panel in json.loads(path.read_text())["panels"]
    for target in panel["targets"]
]
# What nothing here does: no provider is connected, no letter or webhook of a person goes
# out, nothing falls back and nothing is spent. These have no series before the first.
NOT_DONE = re.compile(
    "switchboard_(oauth_|letters_|webhooks_|over_budget_|spent_|sms_webhook_fallback_)"
)

# Jobs of the queue that the worker here serves.
JOBS = """
from apps.jobs import jobs
from apps.rbac.assignments import end_overdue_roles
for number in range(3):
    jobs.enqueue(end_overdue_roles, key=str(number))
"""


def test_there_are_six_and_building_changes_nothing() -> None:
    before = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert len(before) == 6
    assert run(sys.executable, DOCKER / "grafana/build.py").returncode == 0
    assert before == {path.name: path.read_bytes() for path in FOLDER.iterdir()}


def text(site: Site, number: int) -> int:
    """A stranger's text by the webhook, signed; the status."""
    path = "/webhooks/twilio/sms/"
    fields = {
        "MessageSid": f"SM{number:032x}",
        "AccountSid": site.environment["TWILIO_ACCOUNT_SID"],
        "From": f"+1202555{1000 + number}",
        "To": site.environment.get("TWILIO_NUMBER") or "+12025550100",
        "Body": "hello",
        "NumMedia": "0",
    }
    url = site.environment["PUBLIC_URL"] + path
    validator = RequestValidator(site.environment["TWILIO_AUTH_TOKEN"])
    request = urllib.request.Request(
        site.address + path,
        data=urllib.parse.urlencode(fields).encode(),
        headers={"X-Twilio-Signature": validator.compute_signature(url, fields)},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return int(answer.status)


class Asked:
    """A Prometheus, by its API."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"

    def __call__(self, query: str) -> list[Any]:
        address = (
            f"{self.address}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        )
        with urllib.request.urlopen(address, timeout=20) as answer:
            told = json.load(answer)
        assert told["status"] == "success"
        return list(told["data"]["result"])


@pytest.fixture(scope="module")
def prometheus(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("prometheus")
    port, counted, node = free_port(), free_port(), free_port()
    worker = site.environment | {
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
        "WORKER_METRICS_PORT": str(counted),
        "HEARTBEAT_FILE": str(folder / "heartbeat"),
    }
    beat = {
        name: value
        for name, value in site.environment.items()
        if name != "PROMETHEUS_MULTIPROC_DIR"
    }
    configuration = {
        "global": {"scrape_interval": "2s", "evaluation_interval": "2s"},
        "rule_files": [str(DOCKER / "prometheus/rules/*.yml")],
        "scrape_configs": [
            {
                "job_name": name,
                "static_configs": [{"targets": [f"127.0.0.1:{where}"]}],
            }
            for name, where in (
                ("web", site.port),
                ("workers", counted),
                ("node", node),
            )
        ],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    start = ("-m", "config.start")
    with (
        serving(
            sys.executable, *start, "worker", "worker", log=folder / "w", env=worker
        ),
        serving(sys.executable, *start, "beat", log=folder / "b", env=beat),
        serving(
            "prometheus-node-exporter",
            f"--web.listen-address=127.0.0.1:{node}",
            log=folder / "n",
        ),
        serving(
            "prometheus",
            f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}",
            log=folder / "p",
        ),
    ):
        until(lambda: answers(f"http://127.0.0.1:{port}/-/ready"), 60, folder / "p")
        until(lambda: answers(f"http://127.0.0.1:{counted}/metrics"), 90, folder / "w")
        done = run(
            *(sys.executable, *start, "manage", "shell", "-v", "0", "-c", JOBS),
            env=site.environment,
        )
        assert done.returncode == 0, done.stdout
        deadline = time.monotonic() + 30
        number = 0
        while time.monotonic() < deadline:
            number += 1
            assert text(site, number) == 200
            for path in ("/accounts/login/", "/", "/nothing", "/webhooks/twilio/sms/"):
                form = b"" if path.startswith("/webhooks") else None
                request = urllib.request.Request(
                    site.address + path, data=form, headers={"Host": "localhost"}
                )
                try:
                    urllib.request.urlopen(request, timeout=20).close()
                except urllib.error.HTTPError as error:
                    assert error.code in (403, 404)
            time.sleep(1)
        yield Asked(port)


@pytest.mark.parametrize(("dashboard", "panel", "query"), QUERIES)
def test_each_query_has_an_answer_at_once(
    prometheus: Asked, dashboard: str, panel: str, query: str
) -> None:
    asked = query.replace("$__rate_interval", "1m")
    started = time.monotonic()
    found = prometheus(asked)
    assert time.monotonic() - started < 2
    if not NOT_DONE.search(query):
        assert found, f"{dashboard}: {panel} shows nothing"


def test_each_figure_is_one_that_somebody_counts(site: Site) -> None:
    """Also of those that have no series yet: the application declares them, or looks
    them up when it is asked."""
    for module in ("config.urls", "apps.webhooks.tasks"):
        import_module(module)
    declared = {each.name for each in REGISTRY.collect()}
    # Those of pages are there from the first page on.
    urllib.request.urlopen(f"{site.address}/accounts/login/", timeout=30).close()
    with urllib.request.urlopen(f"{site.address}/metrics", timeout=30) as answer:
        told = answer.read().decode()
    named = re.findall(r"^# TYPE (\w+) ", told, re.MULTILINE)
    looked_up = {name.removesuffix("_total") for name in named}
    rules = "".join(
        path.read_text() for path in (DOCKER / "prometheus/rules").glob("*.yml")
    )
    used = [query for _, _, query in QUERIES] + [rules]
    wanted = {
        re.sub("_(bucket|total)$", "", name)
        for name in re.findall(r"\bswitchboard_\w+", " ".join(used))
    }
    assert wanted - declared - looked_up == set()
