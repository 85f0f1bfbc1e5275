"""The scripts of a deployment between real releases, behind Debian's nginx, under load."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import pytest

from config.env import ROOT
from tests.operations import texting
from tests.operations.conftest import Site
from tests.operations.tools import DOCKER, free_port, run, until

DEPLOY = DOCKER / "deploy"
TWILIO = "the-token-of-twilio"
PARTS = ("apps", "config", "docker", "static", "templates")
LIVE = '{"status": "ok"}'
# Real faults, each put into a copy of the code: file, what stands there, what then does.
FAULTS = {
    "crashes": (
        "apps/core/access_log.py",
        "        started = time.monotonic()\n",
        "        started = time.monotonic()\n"
        '        if not request.path.startswith("/health/"):\n'
        '            raise RuntimeError("a bad release")\n',
    ),
    "never-ready": (
        "apps/core/health.py",
        '    _asked("SELECT 1")\n    return ""\n',
        '    _asked("SELECT 1")\n    return "a bad release"\n',
    ),
    "ends": (
        "config/wsgi.py",
        "import os\n",
        'import os\n\nraise RuntimeError("a bad release")\n',
    ),
    "crashes-later": (
        "apps/core/access_log.py",
        "        started = time.monotonic()\n",
        "        started = time.monotonic()\n"
        '        self.seen = getattr(self, "seen", 0) + 1\n'
        "        if self.seen > 15:\n"
        '            raise RuntimeError("a bad release")\n',
    ),
    "no-workers": (
        "config/celery.py",
        "import gc\n",
        "import gc\nimport sys\n\n"
        'if "worker" in sys.argv:\n    raise SystemExit("a bad release")\n',
    ),
}


@dataclass
class Machine:
    """A server with releases as folders and an nginx that leads to one of them."""

    folder: Path
    port: int
    environment: dict[str, str]

    def release(self, name: str, fault: str = "") -> None:
        """Its code says its name at /health/live. What Python has made of the code goes
        along, and so do the styles, unless it is the first."""
        place = self.folder / "releases" / name
        for part in PARTS:
            left_out = shutil.ignore_patterns("node_modules")
            shutil.copytree(ROOT / part, place / part, ignore=left_out)
        gathered = self.folder / "releases/one/.data/static"
        if gathered.exists():
            shutil.copytree(gathered, place / ".data/static")
        shutil.copy(ROOT / "manage.py", place)
        (place / ".venv").symlink_to((ROOT / ".venv").resolve())
        self.change(
            place / "apps/core/health.py", LIVE, LIVE[:-1] + f', "at": "{name}"}}'
        )
        if fault:
            path, there, then = FAULTS[fault]
            self.change(place / path, there, then)

    def change(self, path: Path, there: str, then: str) -> None:
        text = path.read_text()
        assert there in text, path
        path.write_text(text.replace(there, then, 1))

    def begin(self, script: str, *words: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["sh", str(DEPLOY / script), *words],
            env=self.environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def turn(self, script: str, *words: str, **more: str) -> tuple[int, str]:
        """Exit code and what was said."""
        process = self.begin(script, *words, **more)
        told, _ = process.communicate(timeout=240)
        return process.returncode, told + self.logs()

    def logs(self) -> str:
        return "".join(
            f"\n--- {log.parent.name}\n{log.read_text()[-1500:]}"
            for log in sorted(self.folder.glob("state/run/*/log"))
        )

    def state(self) -> dict[str, str]:
        lines = (self.folder / "state/state").read_text().split()
        return dict(line.split("=") for line in lines)

    def at(self) -> str:
        """Which release answers outside."""
        told = httpx.get(f"http://127.0.0.1:{self.port}/health/live", timeout=10)
        return str(told.json().get("at"))

    def running(self) -> set[str]:
        """Which of its processes live."""
        alive = set()
        for pid in self.folder.glob("state/run/*/pid"):
            status = Path(f"/proc/{pid.read_text().strip()}/status")
            if status.exists() and "State:\tZ" not in status.read_text():
                alive.add(pid.parent.name)
        return alive


@dataclass
class Load:
    """People who click meanwhile: what went wrong for them, and whom they met."""

    port: int
    asked: int = 0
    wrong: list[str] = field(default_factory=list)
    met: set[str] = field(default_factory=set)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Load":
        self._threads = [threading.Thread(target=self._click) for _ in range(3)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _click(self) -> None:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", timeout=30
        ) as client:
            while not self._over.wait(0.15):
                for path in ("/health/live", "/accounts/login/"):
                    self.asked += 1
                    try:
                        answer = client.get(path)
                    except httpx.HTTPError as error:
                        self.wrong.append(f"{path}: {error!r}")
                        continue
                    if answer.status_code != 200:
                        self.wrong.append(f"{path}: {answer.status_code}")
                    elif path == "/health/live":
                        self.met.add(answer.json().get("at"))


@dataclass
class Texts:
    """People who text meanwhile, by Twilio's webhook, and what they asked for."""

    port: int
    numbers: list[str]
    asked: list[str] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Texts":
        self._thread = threading.Thread(target=self._text)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _text(self) -> None:
        while not self._over.wait(0.3):
            thing = f"water plant {len(self.asked)}"
            number = self.numbers[len(self.asked) % len(self.numbers)]
            words = f"remind me to {thing} tomorrow at 9"
            fields, proof = texting.text(number, words, TWILIO)
            answer = httpx.post(
                f"http://127.0.0.1:{self.port}{texting.PATH}",
                data=fields,
                headers={"X-Twilio-Signature": proof},
                timeout=30,
            )
            self.asked.append(thing)
            if answer.status_code != 200:
                self.wrong.append(answer.status_code)


NGINX = """
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/tmp-body;
    proxy_temp_path {folder}/tmp-proxy;
    fastcgi_temp_path {folder}/tmp-fastcgi;
    uwsgi_temp_path {folder}/tmp-uwsgi;
    scgi_temp_path {folder}/tmp-scgi;
    include {folder}/state/upstream.inc;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            include {folder}/proxy.inc;
        }}
    }}
}}
"""


@pytest.fixture(scope="module")
def machine(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """On the site's own database. The first release is there."""
    folder = tmp_path_factory.mktemp("machine")
    (folder / "state").mkdir()
    port, first, second = free_port(), free_port(), free_port()
    # The production's, but that this door has no TLS.
    proxy = (DOCKER / "nginx/proxy.inc").read_text()
    proxy = proxy.replace("$scheme", "https").replace("$host", "switchboard.example")
    (folder / "proxy.inc").write_text(proxy)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    (folder / "state/upstream.inc").write_text(
        f"upstream web {{ server 127.0.0.1:{first}; }}\n"
    )
    environment = {
        **site.environment,
        "DRIVER": "process",
        "STATE": str(folder / "state"),
        "RELEASES": str(folder / "releases"),
        "PORTS": f"{first} {second}",
        "NGINX_CONF": str(folder / "nginx.conf"),
        "SITE": "switchboard.example",
        "WATCH_SECONDS": "3",
        "TWILIO_ACCOUNT_SID": texting.ACCOUNT,
        "TWILIO_AUTH_TOKEN": TWILIO,
        "WEB_PROCESSES": "1",
        "WORKER_CONCURRENCY": "1",
    }
    one = Machine(folder, port, environment)
    nginx = shutil.which("nginx")
    assert nginx
    door = subprocess.Popen([nginx, "-c", f"{folder}/nginx.conf", "-g", "daemon off;"])
    try:
        one.release("one")
        code, told = one.turn("deploy.sh", "one")
        assert code == 0, told
        one.release("two")
        yield one
    finally:
        door.send_signal(signal.SIGQUIT)
        door.wait(20)
        for pid in folder.glob("state/run/*/pid"):
            try:
                os.killpg(int(pid.read_text()), signal.SIGKILL)
            except (ProcessLookupError, ValueError):
                continue


def test_the_first_deployment_starts_all_there_is(machine: Machine) -> None:
    assert machine.at() == "one"
    assert machine.state()["current"] == "one" and not machine.state()["previous"]
    names = {re.sub(r"\d+", "", name) for name in machine.running()}
    assert names == {"web-", "worker", "bulk", "mail", "webhooks", "beat"}


def test_a_deployment_under_load_fails_no_request_and_one_goes_back_by_hand(
    machine: Machine,
) -> None:
    with Load(machine.port) as load:
        code, told = machine.turn("deploy.sh", "two")
        assert code == 0, told
        assert machine.at() == "two"
        assert machine.state()["previous"] == "one"
        code, told = machine.turn("rollback.sh")
        assert code == 0, told
    assert load.wrong == [] and load.asked > 50
    assert load.met == {"one", "two"}
    assert machine.at() == "one"
    # Once more would not lead to the one that was gone back from.
    state, processes = machine.state(), machine.running()
    assert (state["current"], state["previous"], state["before"]) == ("one", "", "")
    code, told = machine.turn("rollback.sh")
    assert code == 1 and "no release before one" in told, told
    assert machine.state() == state and machine.running() == processes
    assert len([name for name in machine.running() if name.startswith("web-")]) == 1


def test_no_text_is_lost_or_answered_twice_while_workers_change(
    machine: Machine,
) -> None:
    numbers = [f"+1202555{number}" for number in range(1200, 1210)]
    made = run(
        *(sys.executable, "-m", "config.start", "manage", "shell", "-c"),
        texting.people(numbers),
        env=machine.environment,
    )
    assert made.returncode == 0, made.stdout
    with Texts(machine.port, numbers) as texts:
        for turn in (("deploy.sh", "two"), ("rollback.sh",)):
            code, told = machine.turn(*turn)
            assert code == 0, told
    assert texts.wrong == [] and len(texts.asked) > 30
    with psycopg.connect(machine.environment["DATABASE_URL"], autocommit=True) as asked:

        def reminders() -> list[str]:
            rows = asked.execute("SELECT text FROM assistant_reminder")
            return sorted(text for (text,) in rows)

        until(lambda: len(reminders()) >= len(texts.asked), 60)
        assert reminders() == sorted(texts.asked)


@pytest.mark.parametrize(
    ("fault", "why", "seconds"),
    [
        ("crashes", "answers 500 in place of 200", "90"),
        ("never-ready", "not ready after", "15"),
        ("ends", "ended by itself", "90"),
    ],
)
def test_a_bad_release_is_met_by_nobody(
    machine: Machine, fault: str, why: str, seconds: str
) -> None:
    before, processes = machine.state(), machine.running()
    machine.release(fault, fault)
    with Load(machine.port) as load:
        code, told = machine.turn("deploy.sh", fault, READY_SECONDS=seconds)
    assert code == 1 and why in told, told
    assert load.wrong == [] and load.met == {"one"}
    assert machine.state() == before and machine.running() == processes
    assert "failed" in (machine.folder / "state/history").read_text().split("\n")[-2]


@pytest.mark.parametrize("fault", ["crashes-later", "no-workers"])
def test_a_release_that_turns_out_bad_is_turned_back_from(
    machine: Machine, fault: str
) -> None:
    before, processes = machine.state(), machine.running()
    machine.release(fault, fault)
    code, told = machine.turn("deploy.sh", fault, READY_SECONDS="40", WATCH_SECONDS="8")
    assert code == 1 and "back at one" in told, told
    assert machine.at() == "one"
    assert machine.state() == before and machine.running() == processes


def test_of_two_deployments_at_once_one_is_refused(machine: Machine) -> None:
    first = machine.begin("deploy.sh", "one")
    until(lambda: (machine.folder / "state/turning").exists(), 20)
    code, told = machine.turn("deploy.sh", "two")
    assert code == 75 and "under way (deploy one)" in told, told
    told, _ = first.communicate(timeout=240)
    assert first.returncode == 0, told
    assert machine.at() == "one"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_who_is_interrupted_is_undone(machine: Machine, how: signal.Signals) -> None:
    """At once, or by the next, where one was killed."""
    before = machine.state()
    process = machine.begin("deploy.sh", "two", WATCH_SECONDS="60")
    until(lambda: machine.at() == "two", 120)
    process.send_signal(how)
    process.communicate(timeout=120)
    if how == signal.SIGKILL:
        assert machine.at() == "two"
        code, told = machine.turn("deploy.sh", "nobody")
        assert code == 1 and "interrupted is undone: deploy two" in told, told
    until(lambda: machine.at() == "one", 10)
    assert machine.state() == before
    assert not (machine.folder / "state/turning").exists()


@pytest.mark.parametrize("release", ["one", "asleep"])
def test_after_a_start_of_the_machine_all_runs_again(
    machine: Machine, release: str
) -> None:
    """Nothing does, and numbers of processes are left of before. Also by a release that
    turns out to be none: the one before runs then."""
    if release != "one":
        machine.release(release, "never-ready")
    before, processes = machine.state(), machine.running()
    for pid in machine.folder.glob("state/run/*/pid"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(int(pid.read_text()), signal.SIGKILL)
    until(lambda: machine.running() == set(), 20)
    code, told = machine.turn("deploy.sh", release, READY_SECONDS="40")
    assert code == (0 if release == "one" else 1), told
    assert machine.at() == "one" and len(machine.running()) == len(processes)
    assert machine.state()["current"] == before["current"]
    assert not (machine.folder / "state/turning").exists()


@pytest.mark.parametrize("name", ["nobody", "../one", ""])
def test_what_is_no_release_changes_nothing(machine: Machine, name: str) -> None:
    before, processes = machine.state(), machine.running()
    code, told = machine.turn("deploy.sh", name)
    assert code == 1 and "release" in told
    assert machine.state() == before and machine.running() == processes


def test_the_scripts_have_no_mistake_that_shellcheck_knows() -> None:
    scripts = sorted([*DOCKER.rglob("*.sh"), *(ROOT / "tests/operations").glob("*.sh")])
    looked = run("shellcheck", "-x", *scripts)
    assert len(scripts) > 8 and looked.returncode == 0, looked.stdout
