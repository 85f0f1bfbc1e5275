"""Production, whole: every service of the compose files is up at once, healthy by its own
check, and what is kept outlives all of them.

The site's image is the one that is built for a release; the servers are Debian's in
stand-ins (stand_ins/Dockerfile), with our configuration. Podman-compose reads the files.
Podman before 4.6 waits for nobody's health, and its timers for health checks want systemd:
both is done here instead, in the order and by the commands that the files say.
"""

import json
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.operations import images, texting
from tests.operations.texting import ACCOUNT, DOMAIN, OURS
from tests.operations.tools import DOCKER, found, free_port, run, until

NUMBER = "+12025550150"
FILES = ("compose.base.yml", "docker-compose.prod.yml", "compose.deploy.yml")
# Whose image is which variable of the compose files, but for the site's own.
STAND_INS = {
    "POSTGRES_IMAGE": "postgres",
    "REDIS_IMAGE": "redis",
    "NGINX_IMAGE": "nginx",
    "CERTBOT_IMAGE": "certbot",
    "PROMETHEUS_IMAGE": "prometheus",
    "ALERTMANAGER_IMAGE": "alertmanager",
    "NODE_EXPORTER_IMAGE": "node-exporter",
    "BLACKBOX_IMAGE": "blackbox",
    "GRAFANA_IMAGE": "grafana",
    "LOKI_IMAGE": "loki",
    "ALLOY_IMAGE": "alloy",
}
# Whether a report is read where nothing can be written.
REPORT = """
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from apps.core import replica

@replica.reads
def report():
    return ContentType.objects.all().db

with connections[report()].cursor() as cursor:
    cursor.execute("SELECT pg_is_in_recovery()")
    print(*cursor.fetchone())
"""
INSIDE = "10.213.74.1"


# A root that is read-only is all of it, as with Docker: podman would let /run be written.
PODMAN = """#!/bin/sh
[ "$1" != create ] || { shift && set -- create --read-only-tmpfs=false "$@"; }
exec podman "$@"
"""
# docker compose … exec SERVICE WORD …
DOCKER_EXEC = """#!/bin/sh
while [ "$1" != exec ]; do shift; done
service=$2
shift 2
exec podman exec "{project}_${{service}}_1" "$@"
"""


def services(files: Sequence[str]) -> dict[str, dict[str, Any]]:
    """As the files say it together: their commands for health, and who waits for whom."""
    found: dict[str, dict[str, Any]] = {}
    for name in files:
        for service, said in yaml.safe_load((DOCKER / name).read_text())[
            "services"
        ].items():
            if "extends" in said:
                found[service] = dict(found[said["extends"]["service"]])
            own = found.setdefault(service, {})
            waits_for = {**own.get("depends_on", {}), **said.get("depends_on", {})}
            found[service] = {**own, **said, "depends_on": waits_for}
    return found


SERVICES = services(FILES)
# They do one thing and end.
ENDING = [name for name, one in SERVICES.items() if one.get("restart") == "no"]
STAYING = [name for name in SERVICES if name not in ENDING]
WORKERS = [name for name in SERVICES if name.startswith("worker")]


def stages(waiting: Mapping[str, Any]) -> Iterator[list[str]]:
    """Which services may start at the same time, by who waits for whom."""
    left = {name: set(one["depends_on"]) for name, one in waiting.items()}
    while left:
        now = [name for name, waits_for in left.items() if not waits_for & left.keys()]
        assert now, f"they wait for each other: {left}"
        yield now
        for name in now:
            del left[name]


@dataclass
class Machine:
    """Services of Compose's files, with a folder for what belongs to them."""

    project: str
    folder: Path
    engine: Mapping[str, str]
    files: tuple[str, ...]
    settings: dict[str, str]
    options: tuple[str, ...] = ()

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        return services(self.files)

    def compose(self, *words: str) -> str:
        lines = [f"{name}={value}\n" for name, value in self.settings.items()]
        (self.folder / ".env").write_text("".join(lines))
        # Timers for health checks want systemd, which is not here.
        here = "".join(
            f"  {each}: {{healthcheck: {{disable: true}}}}\n" for each in self.services
        )
        (self.folder / "here.yml").write_text("services:\n" + here)
        paths = [*(DOCKER / name for name in self.files), self.folder / "here.yml"]
        engine = self.folder / "podman"
        engine.write_text(PODMAN)
        engine.chmod(0o755)
        done = subprocess.run(
            [
                *(found("podman-compose"), "--in-pod", "false", "-p", self.project),
                *("--env-file", str(self.folder / ".env"), *self.options),
                *("--podman-path", str(engine)),
                *(part for path in paths for part in ("-f", str(path))),
                *words,
            ],
            cwd=DOCKER,
            # Of the environment nothing else: what is not in .env is to be the default.
            env={
                name: self.engine[name]
                for name in ("PATH", "HOME", "CONTAINERS_CONF")
                if name in self.engine
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3_000:]
        return done.stdout

    def down(self) -> None:
        """With its volumes; also one that Compose could not end while it began anew."""
        self.compose("down", "-v")
        label = f"label=io.podman.compose.project={self.project}"
        left = self.podman("ps", "-aq", "--filter", label).stdout.split()
        if left:
            self.podman("rm", "-f", "-t", "2", *left)
            self.compose("down", "-v")

    def podman(self, *words: str) -> subprocess.CompletedProcess[str]:
        return run("podman", *words, env=self.engine)

    def inside(self, service: str, *words: str) -> subprocess.CompletedProcess[str]:
        return self.podman("exec", self.called(service), *words)

    def called(self, service: str) -> str:
        return f"{self.project}_{service}_1"

    def state(self, service: str) -> dict[str, Any]:
        (one,) = json.loads(self.podman("inspect", self.called(service)).stdout)
        state: dict[str, Any] = one["State"]
        return state

    def is_healthy(self, service: str) -> bool:
        """By the command that the compose file has for it, in its container."""
        kind, *words = self.services[service]["healthcheck"]["test"]
        if kind == "CMD-SHELL":
            words = ["sh", "-c", words[0].replace("$$", "$")]
        return self.inside(service, *words).returncode == 0

    def is_there(self, service: str) -> bool:
        """What the files call service_healthy, or service_completed_successfully."""
        if service not in ENDING:
            return self.is_healthy(service)
        state = self.state(service)
        return (state["Status"], state["ExitCode"]) == ("exited", 0)

    def up(self, *only: str) -> None:
        """Those, or all, each once those it waits for are healthy or have ended."""
        for stage in stages(self.services):
            now = [name for name in stage if not only or name in only]
            if not now:
                continue
            self.compose("up", "-d", "--no-deps", *now)
            for name in now:
                try:
                    until(partial(self.is_there, name), 180)
                except AssertionError:
                    pytest.fail(f"{name}: {self.said(name)}")

    def said(self, service: str) -> str:
        return self.podman("logs", "--tail", "40", self.called(service)).stdout


class Production(Machine):
    """The machine that keeps things."""

    def rows(self, statement: str, server: str = "postgres") -> list[str]:
        asked = self.inside(
            *(server, "sh", "-c"),
            "unset PGHOST;"
            ' PGPASSWORD="$(cat /run/secrets/postgres_password)" exec psql -U switchboard'
            ' -d switchboard -v ON_ERROR_STOP=1 -Atc "$0"',
            statement,
        )
        assert asked.returncode == 0, asked.stdout
        return asked.stdout.split()

    def redis(self, *words: str) -> str:
        asked = self.inside(
            *("redis", "sh", "-c"),
            'REDISCLI_AUTH="$(cat /run/secrets/redis_password)" exec redis-cli'
            ' --user switchboard "$@"',
            *("redis-cli", *words),
        )
        assert asked.returncode == 0, asked.stdout
        return asked.stdout.strip()

    def counted(self) -> dict[str, int]:
        """The rows of each table."""
        tables = self.rows(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        each = " UNION ALL ".join(
            f"SELECT '{name}=' || count(*) FROM {name}" for name in sorted(tables)
        )
        pairs = (line.split("=") for line in self.rows(each))
        return {name: int(count) for name, count in pairs}

    def text(self, words: str) -> int:
        """By Twilio's webhook, through nginx, over TLS; the status."""
        token = (self.folder / "secrets/twilio_auth_token").read_text().strip()
        fields, proof = texting.text(NUMBER, words, token)
        form = [f"{name}={value}" for name, value in fields.items()]
        form = [part for each in form for part in ("--data-urlencode", each)]
        return int(
            self.ask(texting.PATH, "-H", f"X-Twilio-Signature: {proof}", *form)[-3:]
        )

    def ask(self, path: str, *options: str) -> str:
        """The body and, as its last three characters, the status."""
        port, kept = self.settings["HTTPS_PORT"], self.folder / "own.pem"
        kept.write_text(
            self.inside("nginx", "cat", "/certificates/fullchain.pem").stdout
        )
        asked = run(
            *("curl", "-sS", "--max-time", "20", "-w", "%{http_code}"),
            *("--cacert", str(kept), "--resolve", f"{DOMAIN}:{port}:127.0.0.1"),
            *(*options, f"https://{DOMAIN}:{port}{path}"),
        )
        assert asked.returncode == 0, asked.stdout
        return asked.stdout

    def answered(self) -> list[str]:
        """The states of texts of ours."""
        return self.rows("SELECT state FROM sms_outboundtext")


@pytest.fixture(scope="module")
def production(
    engine: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Production]:
    folder = tmp_path_factory.mktemp("production")
    made = run("sh", DOCKER / "secrets.sh", folder / "secrets")
    assert made.returncode == 0, made.stdout
    settings = {
        "SWITCHBOARD_IMAGE": images.IMAGE,
        "DOMAIN": DOMAIN,
        "ACME_EMAIL": "ops@switchboard.example",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_NUMBER": OURS,
        # Named by no compose file: all of .env reaches the site.
        "SUPPORT_EMAIL": "help@switchboard.example",
        "HTTP_PORT": str(free_port()),
        "HTTPS_PORT": str(free_port()),
        "SECRETS": str(folder / "secrets"),
        "UPSTREAM_FILE": str(folder / "upstream.inc"),
        "DOCKER_LOGS": str(folder / "logs"),
        "ENV_FILE": str(folder / ".env"),
        **{variable: images.stand_in(name) for variable, name in STAND_INS.items()},
    }
    (folder / "logs").mkdir()
    (folder / "upstream.inc").write_text((DOCKER / "nginx/upstream.inc").read_text())
    whole = Production("switchboard-together", folder, engine, FILES, settings)
    whole.down()
    try:
        whole.up()
        yield whole
    finally:
        whole.down()


@pytest.mark.parametrize("service", STAYING)
def test_each_service_is_up_and_healthy_while_all_are(
    production: Production, service: str
) -> None:
    until(lambda: production.is_healthy(service), 60)
    state = production.state(service)
    assert state["Status"] == "running", production.said(service)


@pytest.mark.parametrize("service", STAYING)
def test_its_root_is_read_only_and_it_has_no_rights(
    production: Production, service: str
) -> None:
    """As the kernel says it, of the process that leads the container."""
    process = Path(f"/proc/{production.state(service)['Pid']}")
    status = dict(
        re.findall(r"^(\w+):\s*(.*)$", (process / "status").read_text(), re.M)
    )
    # Alloy reads logs that are root's, and has that one right (CAP_DAC_READ_SEARCH).
    rights = 1 << 2 if service == "alloy" else 0
    for name in ("CapEff", "CapPrm", "CapBnd", "CapInh"):
        assert int(status[name], 16) | rights == rights, name
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    assert (status["Uid"].split()[0] == "0") == (service == "alloy")
    mounts = [line.split() for line in (process / "mountinfo").read_text().splitlines()]
    (root,) = (fields[5] for fields in mounts if fields[4] == "/")
    assert "ro" in root.split(",")
    written = production.inside(service, "touch", "/usr/written")
    assert written.returncode and "Read-only" in written.stdout


@pytest.mark.parametrize("service", STAYING)
def test_its_memory_has_an_end(production: Production, service: str) -> None:
    (one,) = json.loads(production.podman("inspect", production.called(service)).stdout)
    limits = one["HostConfig"]
    assert 0 < limits["Memory"] <= 1 << 30 and 0 < limits["PidsLimit"] <= 200


def test_who_keeps_things_reaches_nobody_outside(production: Production) -> None:
    """Of the network that is closed there is no way on; of web there is one."""
    for service, is_open in (("postgres", False), ("redis", False), ("web", True)):
        lines = production.inside(service, "cat", "/proc/net/route").stdout.splitlines()
        leads_on = any(line.split()[1] == "00000000" for line in lines[1:])
        assert leads_on == is_open, service


def test_what_stands_in_the_file_of_variables_reaches_the_processes(
    production: Production,
) -> None:
    for service in ("web", "worker-bulk", "beat"):
        told = production.inside(service, "printenv", "SUPPORT_EMAIL", "TWILIO_NUMBER")
        assert told.stdout.split() == ["help@switchboard.example", OURS]


def test_the_doctor_finds_nothing_that_is_wrong_with_the_machine(
    production: Production,
) -> None:
    """Whose /tmp is in memory, and small."""
    told = production.inside(
        *("web", "python", "-m", "config.start", "manage", "doctor"),
        *("--json", "--offline"),
    )
    found = json.loads(told.stdout)
    wrong = [each for each in found["findings"] if each["level"] == "fail"]
    assert not wrong, wrong


def test_a_text_through_nginx_is_kept_and_answered_by_a_worker(
    production: Production,
) -> None:
    made = production.inside(
        *("web", "python", "-m", "config.start", "manage", "shell", "-c"),
        texting.people([NUMBER]),
    )
    assert made.returncode == 0, made.stdout
    assert production.ask("/health/ready")[-3:] == "200"
    assert production.text("remind me to water the plants tomorrow at 9") == 200
    assert production.rows("SELECT count(*) FROM sms_inboundtext") == ["1"]
    until(lambda: production.rows("SELECT 1 FROM assistant_reminder") == ["1"], 60)
    until(lambda: production.answered() == ["sent"], 60)
    # Who is not Twilio is refused by the same way.
    assert production.ask("/webhooks/twilio/sms/", "-d", "Body=hello")[-3:] == "403"


def test_an_operator_asks_postgresql_and_redis_by_site_sh(
    production: Production, tmp_path: Path
) -> None:
    """Which asks Docker Compose; here podman does what that would."""
    docker = tmp_path / "docker"
    docker.write_text(DOCKER_EXEC.format(project=production.project))
    docker.chmod(0o755)
    environment = {
        **production.engine,
        "PATH": f"{tmp_path}:{production.engine['PATH']}",
        "ENV_FILE": str(production.folder / ".env"),
        "STATE": str(tmp_path),
    }

    def asked(*words: str) -> str:
        done = run("sh", DOCKER / "site.sh", *words, env=environment)
        assert done.returncode == 0, done.stdout
        return done.stdout

    assert " 42\n" in asked("sql", 'SELECT 40 + 2 AS "it\'s"')
    assert asked("redis", "PING").strip() == "PONG"


def test_prometheus_finds_each_of_them_by_its_name(production: Production) -> None:
    """Through the names of the network, as the production's configuration says."""

    def up() -> dict[str, set[str]]:
        address = "http://127.0.0.1:9090/api/v1/targets?state=active"
        asked = production.inside("prometheus", "wget", "-qO-", address)
        found: dict[str, set[str]] = {}
        for each in json.loads(asked.stdout or "{}")["data"]["activeTargets"]:
            labels = each["labels"]
            if each["health"] == "up":
                name = labels.get("service", labels["instance"])
                found.setdefault(labels["job"], set()).add(name)
        return found

    expected = {
        "web": {"web"},
        "workers": set(WORKERS),
        "node": {"node-exporter:9100"},
        "site": {"blackbox:9115"},
        "trusted": {"blackbox:9115"},
        "prometheus": {"127.0.0.1:9090"},
        "alertmanager": {"alertmanager:9093"},
    }
    try:
        until(lambda: up() == expected, 90)
    except AssertionError:
        pytest.fail(f"it reaches {up()}")


def test_what_is_kept_outlives_the_containers(production: Production) -> None:
    """All go, without their volumes, and come again."""
    production.redis("set", "kept", "yes")
    production.compose("stop", "web", "web-beside", "beat", *WORKERS)
    rows = production.counted()
    assert rows["sms_inboundtext"] == rows["assistant_reminder"] == 1
    # Its file is written once a second.
    time.sleep(1.5)
    production.compose("down")
    names = production.podman("ps", "-a", "--format", "{{.Names}}").stdout.split()
    assert not [name for name in names if name.startswith(production.project)]
    production.up("volumes", "postgres", "redis")
    assert production.counted() == rows
    assert production.redis("get", "kept") == "yes"


# --- The same, with more machines (docs/scale.md)


def test_all_come_again_beside_pgbouncer_and_a_replica(production: Production) -> None:
    """On what is there already, as an operator would add them."""
    production.files = (*FILES, "compose.pgbouncer.yml", "compose.replica.yml")
    production.settings |= {
        "PGBOUNCER_IMAGE": images.stand_in("pgbouncer"),
        "DATABASE_PREPARED": "0",
    }
    production.up()
    assert production.text("remind me to call Ana tomorrow at 9") == 200
    until(lambda: production.answered() == ["sent", "sent"], 60)
    # The site has no connection of its own any more, the replica has what was written.
    asks = (
        "SELECT DISTINCT host(client_addr) FROM pg_stat_activity"
        " WHERE backend_type = 'client backend' AND client_addr IS NOT NULL"
    )
    found = production.inside("pgbouncer", "hostname", "-i").stdout.split()
    assert production.rows(asks) and set(production.rows(asks)) <= set(found)
    assert production.rows("SELECT pg_is_in_recovery()", "replica") == ["t"]
    assert production.rows("SELECT count(*) FROM pg_stat_replication") == ["1"]
    texts = "SELECT count(*) FROM sms_inboundtext"
    until(lambda: production.rows(texts, "replica") == ["2"], 60)
    read = production.inside(
        *("web", "python", "-m", "config.start", "manage", "shell", "-c", REPORT)
    )
    assert read.stdout.split()[-1] == "True", read.stdout


@pytest.fixture
def node(production: Production, tmp_path: Path) -> Iterator[Machine]:
    """Another machine, at the same address inside: here it is this one's."""
    production.files = (*production.files, "compose.shared.yml")
    production.settings["INSIDE_ADDRESS"] = INSIDE
    (tmp_path / "secrets").mkdir()
    for path in (production.folder / "secrets").iterdir():
        there = re.sub("@(postgres|redis):", f"@{INSIDE}:", path.read_text())
        (tmp_path / "secrets" / path.name).write_text(there)
        (tmp_path / "secrets" / path.name).chmod(0o644)
    settings = {
        **production.settings,
        "SECRETS": str(tmp_path / "secrets"),
        "ENV_FILE": str(tmp_path / ".env"),
    }
    options = ("--profile", "web", "--profile", "workers", "--profile", "beat")
    files = ("compose.node.yml",)
    other = Machine(
        "switchboard-node", tmp_path, production.engine, files, settings, options
    )
    added = run("ip", "address", "add", f"{INSIDE}/32", "dev", "lo")
    assert added.returncode == 0, added.stdout
    try:
        other.down()
        yield other
    finally:
        other.down()
        run("ip", "address", "del", f"{INSIDE}/32", "dev", "lo")


def test_another_machine_takes_over_all_that_is_not_kept(
    production: Production, node: Machine
) -> None:
    production.compose("up", "-d", "--no-deps", "postgres", "redis")
    until(lambda: production.is_healthy("postgres") and production.is_healthy("redis"))
    node.up()
    leads = (production.folder / "upstream.inc").read_text()
    (production.folder / "upstream.inc").write_text(
        leads.replace("server web:8000", f"server {INSIDE}:8000")
    )
    production.compose("stop", "web", "web-beside", "beat", *WORKERS)
    until(lambda: production.ask("/health/ready")[-3:] == "200", 60)
    assert production.text("remind me to feed the cat tomorrow at 9") == 200
    until(lambda: production.answered() == ["sent"] * 3, 60)
