"""A whole installation of its own: servers, web, two workers, beat, and a Twilio.

Every part is a real process that can be killed and started again. The test talks to
it as the world does: signed webhooks over HTTP, and texts that arrive at the gateway.
"""

import contextlib
import http.client
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from apps.sms import signing
from config.embedded.folder import Folder
from config.embedded.postgres import Postgres
from config.embedded.redis import Redis
from config.embedded.server import Server
from config.embedded.stack import running, urls
from tests import template
from tests.sms.twilio_server import TwilioServer

OUR_NUMBER = "+12025550100"
ACCOUNT, TOKEN = "AC" + "0" * 32, secrets.token_hex(16)
CELERY = [sys.executable, "-m", "celery", "-A", "config"]
WORKER = "worker -Q messages,default,mail,bulk,webhooks --concurrency 1 -l info".split()
COMMANDS = {
    "web": [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "config/gunicorn.py",
        "config.wsgi",
    ],
    "worker1": [*CELERY, *WORKER, "-n", "one@%h"],
    "worker2": [*CELERY, *WORKER, "-n", "two@%h"],
    "beat": [*CELERY, "beat", "-l", "info"],
}


@dataclass
class Installation:
    twilio: TwilioServer
    environment: dict[str, str]
    logs: Path
    servers: dict[str, Server]
    port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        with (self.logs / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                COMMANDS[name],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """SIGKILL for the process and everything it forked."""
        process = self.processes[name]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def text(
        self, body: str, *, number: str, sid: str = "", by_fallback: bool = False
    ) -> int:
        """One webhook call; its status."""
        fields = {
            "MessageSid": sid or f"SM{secrets.token_hex(16)}",
            "AccountSid": ACCOUNT,
            "From": number,
            "To": OUR_NUMBER,
            "Body": body,
            "NumMedia": "0",
        }
        path = f"/webhooks/twilio/{'fallback' if by_fallback else 'sms'}/"
        proof = signing.signature(
            self.environment["PUBLIC_URL"] + path, fields.items(), TOKEN
        )
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": proof,
        }
        return self.request("POST", path, urlencode(fields), headers)[0]

    def try_to_text(self, body: str, **more: Any) -> int:
        """The same; 0 when nobody is there, or hangs up."""
        try:
            return self.text(body, **more)
        except (OSError, http.client.HTTPException):
            return 0

    def is_up(self) -> bool:
        try:
            return self.request("GET", "/health/live")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def request(
        self,
        method: str,
        path: str,
        body: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        call = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            call.request(method, path, body, dict(headers or {}))
            response = call.getresponse()
            return response.status, response.read().decode()
        finally:
            call.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        url = self.environment["DATABASE_URL"]
        with psycopg.connect(url, connect_timeout=20) as connection:
            return connection.execute(sql.encode()).fetchall()

    def is_settled(self) -> bool:
        """No text waits for its turn, no turn for its end, no reply for its way out."""
        (counts,) = self.rows(
            "SELECT (SELECT count(*) FROM sms_inboundtext WHERE turn_id IS NULL),"
            " (SELECT count(*) FROM sms_turn WHERE finished_at IS NULL),"
            " (SELECT count(*) FROM sms_outboundtext"
            "  WHERE state IN ('queued', 'sending', 'unknown'))"
        )
        return counts == (0, 0, 0)

    def run(self, module: str, *arguments: str) -> str:
        """What a module prints that is run beside it."""
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.run(
            command,
            env=self.environment,
            check=True,
            timeout=120,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    def log_tail(self) -> str:
        return "\n".join(
            path.read_text(errors="replace")[-3000:] for path in self.logs.glob("*.log")
        )


def wait_until(done: Callable[[], bool], *, seconds: float, what: str) -> float:
    """Seconds it took. Fails the test when it takes longer."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        if done():
            return time.monotonic() - started
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {seconds} s")


@contextlib.contextmanager
def installation(
    folder: Path, people: int, migrated: str, **more: str
) -> Iterator[Installation]:
    """With so many people with phones; `more` is its environment besides."""
    logs = folder / "logs"
    logs.mkdir(parents=True)
    data = Folder(folder / "data")
    with (
        TwilioServer(ACCOUNT, TOKEN) as twilio,
        # Durable commits: what is promised to a text.
        running(data, "run", [Postgres, Redis]) as started,
    ):
        port = random.randint(20_000, 30_000)
        environment = _environment(port, urls(started), twilio, folder) | more
        servers = {server.name: server for server in started}
        whole = Installation(twilio, environment, logs, servers, port)
        (programs,) = (
            server.programs for server in started if isinstance(server, Postgres)
        )
        template.pour(migrated, environment["DATABASE_URL"], programs)
        whole.run("tests.sms.populate", str(people))
        try:
            for name in COMMANDS:
                whole.start(name)
            wait_until(lambda: ready(whole), seconds=60, what="readiness")
            yield whole
        finally:
            for name in whole.processes:
                whole.kill(name)


def _environment(
    port: int, addresses: Mapping[str, str], twilio: TwilioServer, folder: Path
) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TWILIO_", "SMS_"))
    }
    return (
        inherited
        | dict(addresses)
        | {
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "DEBUG": "0",
            "LOG_FORMAT": "json",
            "DATA_DIR": str(folder / "data"),
            "PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "SMS_GATEWAY": "twilio",
            "SMS_UNKNOWN_GRACE": "3",
            "TWILIO_API_BASE": twilio.url,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_NUMBER": OUR_NUMBER,
            "PYTHONUNBUFFERED": "1",
        }
    )


def ready(whole: Installation) -> bool:
    return whole.is_up() and whole.request("GET", "/health/ready")[0] == 200


def number_of(person: int) -> str:
    return f"+1202555{2000 + person}"
