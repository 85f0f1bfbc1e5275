"""Dashboards: what is kept is what is built, and each query is asked of a real Prometheus
that has asked the real application while it worked."""

import contextlib
import json
import re
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client import REGISTRY
from twilio.request_validator import RequestValidator

from config.processes import WORKERS
from tests.integrations.servers import Simulator
from tests.operations.conftest import Site
from tests.operations.populate import NUMBER
from tests.operations.tools import DOCKER, answers, free_port, run, serving, until

FOLDER = DOCKER / "grafana/dashboards"
FILES = sorted(FOLDER.glob("*.json"))
QUERIES = [
    (path.stem, panel["title"], target["expr"])
    for path in FILES
    for panel in json.loads(path.read_text())["panels"]
    for target in panel["targets"]
]

# Prices are asked for minutes after a text; here at once, and often.
SETTLE = """
from django.utils import timezone
from apps.jobs import jobs
from apps.rbac.assignments import end_overdue_roles
from apps.sms.models import Charge
from apps.sms.money.settling import settle_prices
Charge.objects.exclude(spent_at=None).update(look_at=timezone.now())
jobs.enqueue(settle_prices)
jobs.enqueue(end_overdue_roles)
"""


def test_there_are_six_and_building_changes_nothing() -> None:
    before = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert len(before) == 6
    assert run(sys.executable, DOCKER / "grafana/build.py").returncode == 0
    assert before == {path.name: path.read_bytes() for path in FOLDER.iterdir()}


class World:
    """Whoever uses the site: carrier, person, browsers."""

    def __init__(self, site: Site, token: str) -> None:
        self.site = site
        self.texts = 0
        # As nginx would say it.
        self.client = httpx.Client(
            base_url=site.address,
            headers={
                "Host": "switchboard.example",
                "X-Forwarded-Proto": "https",
                "X-Forwarded-For": "192.0.2.7",
            },
            timeout=30,
        )
        self.person = {"Authorization": f"Bearer {token}"}

    def text(self, number: str, words: str, door: str = "sms", **more: str) -> int:
        """By the webhook, signed; the status."""
        self.texts += 1
        path = f"/webhooks/twilio/{door}/"
        fields = {
            "MessageSid": f"SM{self.texts:032x}",
            "AccountSid": self.site.environment["TWILIO_ACCOUNT_SID"],
            "From": number,
            "To": self.site.environment["TWILIO_NUMBER"],
            "Body": words,
            "NumMedia": "0",
            **more,
        }
        url = self.site.environment["PUBLIC_URL"] + path
        validator = RequestValidator(self.site.environment["TWILIO_AUTH_TOKEN"])
        signature = validator.compute_signature(url, fields)
        answer = self.client.post(
            path, data=fields, headers={"X-Twilio-Signature": signature}
        )
        return answer.status_code

    def connect(self, simulator: Simulator) -> str:
        """An account at Google, all the way; where it is in the API."""
        simulator.order("decide", account="alice@example.com")
        asked = {"provider": "google", "features": ["calendar.read"]}
        begun = self.client.post("/api/v1/connections", json=asked, headers=self.person)
        assert begun.status_code == 201, begun.text
        # The cookie is for HTTPS, which ends at nginx.
        cookies = "; ".join(
            each.partition(";")[0] for each in begun.headers.get_list("set-cookie")
        )
        back = httpx.get(begun.json()["authorize_url"]).headers["location"]
        path = back.removeprefix(self.site.environment["PUBLIC_URL"])
        assert self.client.get(path, headers={"Cookie": cookies}).status_code == 302
        listed = self.client.get("/api/v1/connections", headers=self.person).json()
        (one,) = listed["results"]
        return f"/api/v1/connections/{one['id']}"

    def go_on(self, connection: str) -> None:
        """What happens in a few seconds on a site that people use."""
        assert self.text(NUMBER, "help") == 200
        assert self.text(f"+120255510{self.texts:02}", "hello") == 200
        assert self.text(NUMBER, "hi", "fallback", ErrorCode="11200") == 200
        unsigned = self.client.post("/webhooks/twilio/sms/", data={"Body": "hello"})
        assert unsigned.status_code == 403
        for path in ("/accounts/login/", "/", "/nothing"):
            self.client.get(path)
        # Neither more often than a person may by hand.
        for what in ("test", "refresh"):
            done = self.client.post(f"{connection}/{what}", headers=self.person)
            assert done.status_code in (200, 429), done.text


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
    """It has asked the site, its workers and the machine while people used them."""
    folder = tmp_path_factory.mktemp("prometheus")
    port, node = free_port(), free_port()
    counted = {name: free_port() for name in WORKERS}
    # What a backup says of itself; how it comes to say it, test_backups.py has.
    (folder / "backup.prom").write_text(
        f"switchboard_backup_finished_timestamp_seconds {time.time():.0f}\n"
        "switchboard_backup_bytes 1000000\n"
    )
    configuration = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(DOCKER / "prometheus/rules/*.yml")],
        "scrape_configs": [
            {
                "job_name": name,
                "static_configs": [
                    {"targets": [f"127.0.0.1:{where}" for where in targets]}
                ],
            }
            for name, targets in (
                ("web", [site.port]),
                ("workers", counted.values()),
                ("node", [node]),
            )
        ],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    start = ("-m", "config.start")
    made = run(
        *(sys.executable, "-m", "tests.operations.populate"), env=site.environment
    )
    assert made.returncode == 0, made.stdout
    world = World(site, made.stdout.split()[-1])
    with contextlib.ExitStack() as running:
        running.enter_context(world.client)
        for name, where in counted.items():
            environment = site.environment | {
                "PROMETHEUS_MULTIPROC_DIR": str(folder / name),
                "WORKER_METRICS_PORT": str(where),
                "HEARTBEAT_FILE": str(folder / f"{name}.beat"),
                "WORKER_CONCURRENCY": "1",
            }
            log = folder / f"{name}.log"
            worker = (sys.executable, *start, "worker", name)
            running.enter_context(serving(*worker, log=log, env=environment))
        beat = {**site.environment, "HEARTBEAT_FILE": str(folder / "beat.beat")}
        del beat["PROMETHEUS_MULTIPROC_DIR"]
        for words, log in (
            ((sys.executable, *start, "beat"), folder / "beat.log"),
            (
                (
                    "prometheus-node-exporter",
                    f"--web.listen-address=127.0.0.1:{node}",
                    f"--collector.textfile.directory={folder}",
                ),
                folder / "node.log",
            ),
            (
                (
                    "prometheus",
                    f"--config.file={folder}/prometheus.yml",
                    f"--storage.tsdb.path={folder}/data",
                    f"--web.listen-address=127.0.0.1:{port}",
                ),
                folder / "prometheus.log",
            ),
        ):
            running.enter_context(serving(*words, log=log, env=beat))
        until(lambda: answers(f"http://127.0.0.1:{port}/-/ready"), 60)
        for name, where in counted.items():
            told = partial(answers, f"http://127.0.0.1:{where}/metrics")
            until(told, 120, folder / f"{name}.log")
        asked = Asked(port)
        connection = world.connect(site.simulator)
        deadline = time.monotonic() + 120
        while (empty(asked) or silent(asked)) and time.monotonic() < deadline:
            world.go_on(connection)
            done = run(
                *(sys.executable, *start, "manage", "shell", "-v", "0", "-c", SETTLE),
                env=site.environment,
            )
            assert done.returncode == 0, done.stdout
        yield asked


def shown_by(query: str) -> str:
    return query.replace("$__rate_interval", "1m")


def empty(asked: Asked) -> list[str]:
    """Queries that have no answer yet."""
    return [query for *_, query in QUERIES if not asked(shown_by(query))]


def silent(asked: Asked) -> set[str]:
    """Figures of the rules that have no series yet."""
    rules = "".join(
        path.read_text() for path in (DOCKER / "prometheus/rules").glob("*.yml")
    )
    names = set(re.findall(r"\b(?:switchboard|node)_\w+", rules))
    names |= set(re.findall(r"\bswitchboard:[\w:]+", rules))
    # Not every machine has a clock that tells it.
    names.discard("node_timex_offset_seconds")
    return {name for name in names if not asked(f'{{__name__="{name}"}}')}


@pytest.mark.parametrize(("dashboard", "panel", "query"), QUERIES)
def test_each_query_has_an_answer_at_once(
    prometheus: Asked, dashboard: str, panel: str, query: str
) -> None:
    started = time.monotonic()
    found = prometheus(shown_by(query))
    assert time.monotonic() - started < 2
    assert found, f"{dashboard}: {panel} shows nothing"


def test_no_label_says_who_a_person_is(prometheus: Asked) -> None:
    """Neither by its name nor by what is in it."""
    found = prometheus('{__name__=~"switchboard.*"}')
    labels = {name for each in found for name in each["metric"]}
    assert labels & {"user", "user_id", "person", "number", "phone", "email"} == set()
    values = {
        value
        for each in found
        for name, value in each["metric"].items()
        if name not in ("instance", "le")
    }
    assert len(found) > 100 and len(values) < 500
    for value in values:
        assert not re.search(r"\+?\d{7,}|@|[0-9a-f]{8}-", value), value


def test_what_alerts_ask_for_is_there(prometheus: Asked) -> None:
    """Each figure of the rules has a series, so that none is silent for want of one;
    but for those of the blackbox, which is not here."""
    assert not silent(prometheus)


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
    named += re.findall(r"# TYPE (\w+) ", (DOCKER / "backup/backup.sh").read_text())
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
