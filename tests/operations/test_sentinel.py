"""The site on a Redis that dies while its replica takes over: Sentinels say who leads, and
nobody has to change anything. By Debian's servers."""

import http.client
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import pytest

from tests.operations.conftest import Site
from tests.operations.tools import answers, free_port, run, serving, until

SECRET, WATCH = "of-the-servers", "of-the-sentinels"
PERSON = """
from django.conf import settings
from apps.accounts.models import User
from tests.sign_in import signed_in
user, _ = User.objects.get_or_create(email="sentinel@example.com", name="Alice")
cookie = signed_in(user).cookies[settings.SESSION_COOKIE_NAME]
print(user.pk, f"{cookie.key}={cookie.value}")
"""
# Nothing but the bell wakes a worker here: there is no beat.
JOB = """
import time
from apps.assistant.brain.summing import summarise
from apps.jobs import jobs
from apps.jobs.models import Job
jobs.enqueue(summarise, {user}, key="{key}")
until = time.monotonic() + 60
while not Job.objects.filter(key="{key}", state="done").exists():
    assert time.monotonic() < until, "nobody has done it"
    time.sleep(0.1)
"""


@dataclass
class Group:
    """Two Redis and three who watch them."""

    leader: Popen[bytes]
    ports: tuple[int, int]
    sentinels: tuple[int, ...]

    @property
    def environment(self) -> dict[str, str]:
        return {
            "REDIS_URL": f"redis://:{SECRET}@main/0",
            "REDIS_SENTINELS": ",".join(f"127.0.0.1:{one}" for one in self.sentinels),
            "REDIS_SENTINEL_PASSWORD": WATCH,
        }

    def leads(self) -> int:
        """Whom the first of those who watch takes for the leader."""
        told = self._asked(self.sentinels[0], "sentinel get-master-addr-by-name main")
        return int(told.split()[1])

    def is_watched(self) -> bool:
        """All know of each other and of the replica: before, nobody could take over."""
        return all(
            (told.get("num-slaves"), told.get("num-other-sentinels")) == ("1", "2")
            for told in map(self._watches, self.sentinels)
        )

    def _watches(self, port: int) -> dict[str, str]:
        lines = self._asked(port, "sentinel master main").splitlines()
        return dict(zip(lines[::2], lines[1::2], strict=False))

    def _asked(self, port: int, words: str) -> str:
        environment = {**os.environ, "REDISCLI_AUTH": WATCH}
        command = ("redis-cli", "--no-auth-warning", "-p", str(port), *words.split())
        return run(*command, env=environment).stdout


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Group]:
    first, second = free_port(), free_port()
    watching = (free_port(), free_port(), free_port())
    both = f'bind 127.0.0.1\nrequirepass {SECRET}\nmasterauth {SECRET}\nsave ""\n'
    sentinel = (
        f"bind 127.0.0.1\nrequirepass {WATCH}\nsentinel sentinel-pass {WATCH}\n"
        f"sentinel monitor main 127.0.0.1 {first} 2\nsentinel auth-pass main {SECRET}\n"
        "sentinel down-after-milliseconds main 1000\n"
        "sentinel failover-timeout main 5000\n"
    )
    with ExitStack() as stack:

        def start(port: int, words: str, *options: str) -> Popen[bytes]:
            folder = tmp_path / str(port)
            folder.mkdir()
            (folder / "conf").write_text(f"port {port}\ndir {folder}\n{words}")
            conf, log = str(folder / "conf"), folder / "log"
            return stack.enter_context(serving("redis-server", conf, *options, log=log))

        leader = start(first, both)
        start(second, f"{both}replicaof 127.0.0.1 {first}\n")
        for port in watching:
            start(port, sentinel, "--sentinel")
        found = Group(leader, (first, second), watching)

        until(found.is_watched, 60, tmp_path / str(watching[0]) / "log")
        yield found


def test_the_site_goes_on_with_the_redis_that_takes_over(
    site: Site, group: Group, tmp_path: Path
) -> None:
    port = free_port()
    environment = site.environment | {
        **group.environment,
        "PORT": str(port),
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
        "HEARTBEAT_FILE": str(tmp_path / "heartbeat"),
    }
    program = (sys.executable, "-m", "config.start")

    def manage(code: str) -> list[str]:
        done = run(*program, "manage", "shell", "-v", "0", "-c", code, env=environment)
        assert done.returncode == 0, done.stdout
        return done.stdout.splitlines()[-1].split() if done.stdout else []

    def ask(path: str, **headers: str) -> tuple[int, str]:
        caller = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        headers |= {"Host": "switchboard.example", "X-Forwarded-Proto": "https"}
        with closing(caller):
            caller.request("GET", path, headers=headers)
            answer = caller.getresponse()
            return answer.status, answer.read().decode()

    log = tmp_path / "web.log"
    with (
        serving(*program, "web", log=log, env=environment),
        serving(*program, "worker", "bulk", log=tmp_path / "worker", env=environment),
    ):
        until(lambda: answers(f"http://127.0.0.1:{port}/health/live"), 120, log)
        assert '"redis": "ok"' in ask("/health/ready")[1]
        user, cookie = manage(PERSON)
        assert ask("/app/", Cookie=cookie)[0] == 200
        manage(JOB.format(user=user, key="before"))

        assert group.leads() == group.ports[0]
        group.leader.kill()
        until(lambda: group.leads() == group.ports[1], 30)
        until(lambda: '"redis": "ok"' in ask("/health/ready")[1], 30, log)
        # Who was signed in still is, and a bell wakes the worker as before.
        assert ask("/app/", Cookie=cookie)[0] == 200
        manage(JOB.format(user=user, key="after"))


@pytest.mark.parametrize(
    ("variables", "wanted"),
    [
        ({"REDIS_SENTINELS": "10.0.0.1"}, "places such as 10.0.0.1:26379"),
        (
            {"REDIS_SENTINELS": "10.0.0.1:26379", "REDIS_URL": "rediss://main/0"},
            "an address that begins with redis://",
        ),
    ],
)
def test_what_cannot_be_meant_is_said(
    site: Site, variables: dict[str, str], wanted: str
) -> None:
    told = run(
        *(sys.executable, "-m", "config.start", "manage", "check"),
        env=site.environment | variables,
    )
    assert told.returncode and wanted in told.stdout, told.stdout
