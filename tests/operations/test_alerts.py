"""Rules, routes and runbooks; and one alert all the way from a figure to the product's
own list."""

import os
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from config.env import ROOT
from tests.operations.conftest import TOKEN, Site
from tests.operations.tools import DOCKER, answers, free_port, run, serving, until

PROMETHEUS = DOCKER / "prometheus"
CASES = sorted((PROMETHEUS / "tests").glob("*.yml"))
ROUTES = DOCKER / "alertmanager/alertmanager.yml"


def read(path: Path) -> dict[str, Any]:
    found = yaml.safe_load(path.read_text())
    assert isinstance(found, dict)
    return found


RULES = [
    rule
    for group in read(PROMETHEUS / "rules/alerts.yml")["groups"]
    for rule in group["rules"]
]
NAMES = [rule["alert"] for rule in RULES]


def test_the_configuration_is_what_prometheus_reads() -> None:
    checked = run("promtool", "check", "config", PROMETHEUS / "prometheus.yml")
    assert checked.returncode == 0, checked.stdout


def test_each_alert_has_a_case_that_fires_and_one_that_does_not() -> None:
    cases: dict[str, set[bool]] = {}
    for path in CASES:
        for test in read(path)["tests"]:
            for case in test["alert_rule_test"]:
                fires = bool(case["exp_alerts"])
                cases.setdefault(case["alertname"], set()).add(fires)
    # That one always fires.
    assert cases.pop("Watchdog") == {True}
    assert cases == {name: {True, False} for name in NAMES if name != "Watchdog"}


def test_the_cases_go_as_they_say() -> None:
    checked = run("promtool", "test", "rules", *CASES)
    assert checked.returncode == 0, checked.stdout


def test_each_alert_has_its_runbook_and_each_runbook_its_alert() -> None:
    pages = {path.stem: path.read_text() for path in ROOT.glob("docs/runbooks/*.md")}
    assert set(pages) == set(NAMES)
    for rule in RULES:
        name = rule["alert"]
        assert rule["annotations"]["runbook"] == f"docs/runbooks/{name}.md"
        assert pages[name].startswith(f"# {name}: ")
        assert "**Look at**" in pages[name] and "**Do**" in pages[name]


def test_no_label_of_an_alert_is_a_person() -> None:
    for rule in RULES:
        words = set(re.findall(r"\w+", rule["expr"]))
        assert not words & {"user", "user_id", "number", "phone", "email"}


def test_the_routes_are_what_alertmanager_reads() -> None:
    checked = run("amtool", "check-config", ROUTES)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (("alertname=Watchdog", "severity=none"), "watchdog"),
        (("alertname=SiteDown", "severity=page"), "outside,console"),
        (("alertname=DatabaseDown", "severity=page"), "outside,console"),
        (("alertname=RedisDown", "severity=page"), "outside,console"),
        (("alertname=ProcessSilent", "severity=page"), "outside,console"),
        (("alertname=ErrorsBurnFast", "severity=page"), "outside,console"),
        (("alertname=TextsNotSent", "severity=page"), "console"),
        (("alertname=TargetDown", "severity=ticket"), "console"),
    ],
)
def test_each_alert_finds_who_is_told(labels: tuple[str, ...], receiver: str) -> None:
    options = (f"--config.file={ROUTES}", f"--verify.receivers={receiver}")
    told = run("amtool", "config", "routes", "test", *options, *labels)
    assert told.returncode == 0, told.stdout


def started(folder: Path, **addresses: str) -> tuple[int, str, dict[str, Any]]:
    """How start.sh ends with these secrets, what it says, and each receiver it writes."""
    for name in ("alerts_outside_url", "alerts_watchdog_url"):
        (folder / name).write_text(addresses.get(name, ""))
    written = folder / "written.yml"
    environment = {"SECRETS": str(folder), "WRITTEN": str(written)}
    done = run(
        *("sh", ROUTES.parent / "start.sh"),
        env={**os.environ, **environment, "ALERTMANAGER": "/bin/true"},
    )
    if done.returncode:
        return done.returncode, done.stdout, {}
    checked = run("amtool", "check-config", written)
    assert checked.returncode == 0, checked.stdout
    receivers = {each["name"]: each for each in read(written)["receivers"]}
    return 0, done.stdout, receivers


def test_who_is_told_outside_is_who_the_secrets_name(tmp_path: Path) -> None:
    code, _, receivers = started(tmp_path)
    assert code == 0 and receivers["outside"] == {"name": "outside"}
    assert receivers["watchdog"] == {"name": "watchdog"}
    url = "https://ntfy.example/us?priority=5&tags=a%20b"
    code, _, receivers = started(
        tmp_path,
        alerts_outside_url=f"{url}\n",
        alerts_watchdog_url="http://dead.example/1",
    )
    (outside,) = receivers["outside"]["webhook_configs"]
    assert outside == {"url": url, "send_resolved": True}
    (watchdog,) = receivers["watchdog"]["webhook_configs"]
    assert watchdog["url"] == "http://dead.example/1"
    assert receivers["console"]["webhook_configs"]


@pytest.mark.parametrize(
    "url", ["ops@us.example", "https://a b", "https://a'\n- x", "x"]
)
def test_what_is_no_address_is_said_at_the_start(tmp_path: Path, url: str) -> None:
    code, told, _ = started(tmp_path, alerts_outside_url=url)
    assert code == 1 and "no address" in told and url not in told


def test_a_figure_becomes_an_alert_in_the_list_of_the_product(
    site: Site, tmp_path: Path
) -> None:
    """Prometheus asks the real site, and one that is not there; the real rule fires, and
    the real routes post it to the site, which keeps it."""
    port, manager, nobody = free_port(), free_port(), free_port()
    rules = (PROMETHEUS / "rules/alerts.yml").read_text()
    (tmp_path / "alerts.yml").write_text(re.sub(r"for: \w+", "for: 0s", rules))
    targets = {"web": [f"127.0.0.1:{site.port}"], "node": [f"127.0.0.1:{nobody}"]}
    alertmanager = {"static_configs": [{"targets": [f"127.0.0.1:{manager}"]}]}
    configuration = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(tmp_path / "alerts.yml")],
        "alerting": {"alertmanagers": [alertmanager]},
        "scrape_configs": [
            {"job_name": name, "static_configs": [{"targets": where}]}
            for name, where in targets.items()
        ],
    }
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    (tmp_path / "token").write_text(TOKEN)
    routes = ROUTES.read_text().replace("http://web:8000", site.address)
    routes = routes.replace("/run/secrets/alertmanager_token", f"{tmp_path}/token")
    routes = routes.replace("group_wait: 10s", "group_wait: 0s")
    (tmp_path / "alertmanager.yml").write_text(routes)
    with (
        serving(
            "prometheus-alertmanager",
            f"--config.file={tmp_path}/alertmanager.yml",
            f"--storage.path={tmp_path}/alertmanager",
            f"--web.listen-address=127.0.0.1:{manager}",
            "--cluster.listen-address=",
            log=tmp_path / "alertmanager.log",
        ),
        serving(
            "prometheus",
            f"--config.file={tmp_path}/prometheus.yml",
            f"--storage.tsdb.path={tmp_path}/prometheus",
            f"--web.listen-address=127.0.0.1:{port}",
            log=tmp_path / "prometheus.log",
        ),
        psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database,
    ):
        until(lambda: answers(f"http://127.0.0.1:{port}/-/ready"), 60)

        def kept() -> list[tuple[str, ...]]:
            asked = "SELECT title, severity FROM jobs_alert WHERE source = 'prometheus'"
            return database.execute(asked).fetchall()

        until(
            lambda: ("TargetDown", "ticket") in kept(), 60, tmp_path / "prometheus.log"
        )
        # The dead-man switch is for outside, and no operator is told of it.
        assert "Watchdog" not in {title for title, *_ in kept()}
