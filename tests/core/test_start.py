"""How a container becomes a process of the site, and how it is known to live."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from apps.core import kinds
from apps.core.kinds import Queue
from config import processes, start
from config.env import ROOT
from tests.jobs.workers import running, wait_until

HEALTHY = (sys.executable, "-I", "docker/app/healthy.py")
START = (sys.executable, "-m", "config.start")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def looked_at() -> tuple[int, str]:
    """Exit code of the health check, and its words."""
    done = subprocess.run(
        HEALTHY, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    return done.returncode, done.stdout


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return str(answer.read().decode())


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A container's variables; the folder in which its processes count."""
    monkeypatch.setenv("HEARTBEAT_FILE", str(tmp_path / "heartbeat"))
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "metrics"))
    monkeypatch.setenv("PORT", str(free_port()))
    return tmp_path / "metrics"


def test_each_queue_has_a_worker() -> None:
    served = [queue for _, queues in processes.WORKERS.values() for queue in queues]
    assert sorted(served) == sorted(Queue.values)


@pytest.mark.parametrize(
    "words", [[""], ["worker"], ["worker", "nobody"], ["web", "more"], ["manage"]]
)
def test_what_is_no_process_is_refused_with_a_list(words: list[str]) -> None:
    with pytest.raises(SystemExit, match="worker NAME"):
        start.command(words[0], words[1:])


def test_a_number_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_PROCESSES", "many")
    with pytest.raises(SystemExit, match="WEB_PROCESSES is 'many'"):
        start.command("web")


def test_web_listens_where_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8001")
    assert "0.0.0.0:8001" in start.command("web")
    monkeypatch.setenv("BIND_ADDRESS", "127.0.0.1")
    assert "127.0.0.1:8001" in start.command("web")


@pytest.mark.django_db(transaction=True)
def test_a_worker_shows_that_it_lives_and_what_it_counts(
    counted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("WORKER_METRICS_PORT", str(port))
    counted.mkdir()
    (counted / "counter_1.db").write_bytes(b"of an earlier start")
    with running((*START, "worker", "mail")) as [worker]:
        wait_until(lambda: looked_at()[0] == 0, seconds=60)
        assert "mail@" in Path(f"/proc/{worker.pid}/cmdline").read_text()
        # A sign of life comes as it starts, the port when it is ready.
        wait_until(lambda: answers(port), seconds=60)
        told = page(f"http://127.0.0.1:{port}/metrics")
        assert re.search(r"^# TYPE \w+ counter", told, re.MULTILINE)
        # Before the first has happened: else its rate would be none (JobsFail).
        dead = r'^switchboard_jobs_total{kind="(.*?)",outcome="dead"} 0.0$'
        assert set(re.findall(dead, told, re.MULTILINE)) >= set(kinds.names())
        for series in (
            'sms_outbound_total{outcome="refused"}',
            'spent_micros_total{pot="answers",what="out"}',
            'oauth_refreshes_total{outcome="transient",provider="google"}',
        ):
            assert f"switchboard_{series} 0.0\n" in told
        assert (counted / "counter_1.db").exists() is False
    old = time.time() - 60
    os.utime(tmp_path / "heartbeat", (old, old))
    code, words = looked_at()
    assert code == 1 and "the last sign of life is 60 s old" in words


@pytest.mark.django_db(transaction=True)
def test_a_beat_shows_that_it_lives(counted: Path) -> None:
    with running((*START, "beat")):
        wait_until(lambda: looked_at()[0] == 0, seconds=60)


@pytest.mark.django_db(transaction=True)
def test_a_web_server_is_asked(counted: Path) -> None:
    code, words = looked_at()
    assert code == 1 and "it does not answer" in words
    with running((*START, "web")):
        wait_until(lambda: looked_at()[0] == 0, seconds=60)
