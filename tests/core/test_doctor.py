"""`manage.py doctor` on installations that are well, and on those that are not."""

import base64
import json
import os
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import time_machine
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.core import heartbeats, redis
from apps.core.kinds import Queue
from apps.integrations.models import ProviderState
from apps.jobs import jobs, mail
from apps.jobs.models import Job
from apps.sms.models import Lane
from config.doctor import examination, machine, outside, servers
from config.doctor import settings as own_settings
from config.doctor import work
from config.doctor.findings import Finding, Level
from config.embedded import postgres, processes
from config.embedded import redis as embedded_redis
from tests.embedded.watching import ROOT, until
from tests.jobs.chores import tasks as chores

Look = Callable[[], Iterator[Finding]]


def worst(look: Look) -> Finding:
    order = list(Level)
    return max(look(), key=lambda found: order.index(found.level))


def ran(*options: str, **variables: str) -> tuple[int, dict[str, list[dict[str, str]]]]:
    """Its exit code, and what it said of each."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        **variables,
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json", "--offline", *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    told = json.loads(done.stdout)
    assert told["is_well"] == (done.returncode == 0)
    found: dict[str, list[dict[str, str]]] = {}
    for line in told["findings"]:
        assert bool(line["remedy"]) == (line["level"] != "ok"), line
        found.setdefault(line["about"], []).append(line)
    return done.returncode, found


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_without_servers_it_says_so_and_looks_no_further() -> None:
    nobody = closed_port()
    code, found = ran(
        DATABASE_URL=f"postgres://app:s3cret-canary@127.0.0.1:{nobody}/x",
        REDIS_URL=f"redis://app:s3cret-canary@127.0.0.1:{nobody}/0",
    )
    assert code == 1
    for name in ("database", "redis"):
        assert found[name][0]["level"] == "fail"
    for name in ("migrations", "keys", "workers", "broker"):
        assert found[name][0]["words"] == "not looked at"
    assert "s3cret-canary" not in json.dumps(found)


def test_a_database_without_tables_is_to_be_migrated() -> None:
    """The embedded server's own, which the tests have never touched."""
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + "/postgres"
    code, found = ran(DATABASE_URL=url)
    assert code == 1
    (line,) = found["migrations"]
    assert line["level"] == "fail" and line["remedy"] == "Run manage.py migrate."
    assert found["redis"][-1]["level"] == found["broker"][0]["level"] == "ok"


@pytest.mark.parametrize(
    ("variable", "value", "about", "words"),
    [
        ("FIELD_ENCRYPTION_KEYS", "k1:short", "settings", "FIELD_ENCRYPTION_KEYS"),
        ("SECRET_KEY", "tiny", "settings", "SECRET_KEY"),
        ("TRUSTED_PROXY_COUNT", "many", "settings", "TRUSTED_PROXY_COUNT is 'many'"),
        ("SMS_GATEWAY", "pigeon", "settings", "no such gateway"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    variable: str, value: str, about: str, words: str
) -> None:
    code, found = ran("--before-start", **{variable: value})
    lines = [line for line in found[about] if line["level"] == "fail"]
    assert code == 1 and any(words in line["words"] for line in lines), found
    assert not {"workers", "beat"} & set(found)


def test_a_server_without_a_secret_is_told_so_in_words() -> None:
    """Nothing can be loaded then; Django's own words, and no traceback."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.production"}
    environment |= {"SECRET_KEY": "", "DEBUG": "0"}
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("The settings cannot be used: The SECRET_KEY")


def test_a_secret_whose_file_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\xff\xfe s3cret-canary")
    for path, why in (
        (tmp_path / "gone", "No such file or directory"),
        (tmp_path, "Is a directory"),
        (broken, "it is no text"),
    ):
        done = subprocess.run(
            [sys.executable, "manage.py", "doctor"],
            cwd=ROOT,
            env={**os.environ, "ALERTMANAGER_TOKEN_FILE": str(path)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 1
        (line,) = done.stderr.splitlines()
        words = f"ALERTMANAGER_TOKEN_FILE names {path}, which cannot be read: {why}."
        assert line.startswith(f"The settings cannot be used: {words}")


def test_alerts_that_are_refused_for_want_of_a_token_are_told(
    settings: Settings,
) -> None:
    settings.ALERTMANAGER_TOKEN = ""
    found = worst(own_settings.alerts)
    assert found.level is Level.WARN and "ALERTMANAGER_TOKEN" in found.words
    settings.ALERTMANAGER_TOKEN = "a-token"
    assert worst(own_settings.alerts).level is Level.OK


def test_settings_have_a_line_also_where_all_that_was_found_is_silenced(
    settings: Settings,
) -> None:
    found = [each.words for each in own_settings.all_of_them()]
    # The tests want what this one refuses, for their browsers' sake.
    assert any("async.E001" in words for words in found)
    named = [words.rpartition("(")[2].rstrip(")") for words in found]
    settings.SILENCED_SYSTEM_CHECKS = named
    assert [each.level for each in own_settings.all_of_them()] == [Level.OK]


def test_people_read_a_line_for_each_with_what_to_do(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", "--offline")
    assert ended.value.code == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("ok    migrations") for line in lines)
    beat = next(line for line in lines if "  beat  " in line)
    assert beat.startswith("fail") and "Start it: python -m config.start beat" in beat


def test_a_site_that_works_is_well(db: None, settings: Settings) -> None:
    # The tests want that variable, for their browsers' sake.
    settings.SILENCED_SYSTEM_CHECKS = ["async.E001"]
    heartbeats.beat(heartbeats.BEAT, *map(heartbeats.worker_of, Queue))
    found = list(examination.findings(offline=True))
    assert [line for line in found if line[1].level is Level.FAIL] == []
    assert {name for name, _ in found} >= {look.name for look in examination.LOOKS} - {
        "site"
    }


def test_one_who_cannot_look_does_not_keep_the_others_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ill() -> Iterator[Finding]:
        raise RuntimeError("ill")

    looks = (
        examination.Look("disk", ill),
        examination.Look("storage", machine.storage),
    )
    monkeypatch.setattr(examination, "LOOKS", looks)
    first, second = examination.findings()
    assert first[1].level is Level.FAIL and "ill" in first[1].words
    assert second[1].level is Level.OK


# --- Work


@pytest.mark.django_db
def test_each_queue_wants_a_worker_and_its_command_is_named() -> None:
    heartbeats.beat(
        *(heartbeats.worker_of(queue) for queue in Queue if queue != "mail")
    )
    (found,) = work.workers()
    assert found.level is Level.FAIL
    assert found.remedy == "Start it: python -m config.start worker mail"
    heartbeats.beat(heartbeats.worker_of("mail"))
    assert worst(work.workers).level is Level.OK


@pytest.mark.django_db
def test_what_waits_and_what_is_dead_is_told() -> None:
    assert worst(work.queues).level is worst(work.dead_letters).level is Level.OK
    jobs.enqueue(chores.note, "late")
    Job.objects.update(due_at=timezone.now() - timedelta(hours=1))
    (found,) = work.queues()
    assert found.level is Level.FAIL and "60 minutes" in found.words
    # Whoever asked for that was told that it takes long.
    Job.objects.update(queue=Queue.BULK)
    assert worst(work.queues).level is Level.WARN
    Job.objects.update(state="dead")
    assert worst(work.queues).level is Level.OK
    (found,) = work.dead_letters()
    assert "1 jobs are dead letters" in found.words


@pytest.mark.django_db
def test_a_text_that_nobody_answers_is_told_though_every_worker_lives() -> None:
    """Their loops beat on while their processes hang."""
    heartbeats.beat(*map(heartbeats.worker_of, Queue))
    lane = Lane.objects.create(key="n:+12025550123", due_at=timezone.now())
    for seconds, level in ((5, Level.OK), (60, Level.WARN), (300, Level.FAIL)):
        lane.due_at = timezone.now() - timedelta(seconds=seconds)
        lane.save()
        (found,) = work.texts()
        assert found.level is level, found
    assert "5 minutes" in found.words and "restart" in found.remedy
    # A worker that hangs renews its lease.
    lane.lease_until = timezone.now() + timedelta(seconds=9)
    lane.save()
    (found,) = work.texts()
    assert found.level is Level.FAIL
    # Held back on purpose.
    lane.due_at = timezone.now() + timedelta(seconds=9)
    lane.save()
    assert worst(work.texts).level is Level.OK


# --- Keys


@pytest.mark.django_db
def test_a_lost_key_a_wrong_one_and_an_old_one_are_told_apart(
    settings: Settings,
) -> None:
    # What a letter says is sealed until it is sent.
    mail.post(EmailMessage("Hello", "words", None, ["alice@example.com"]))
    assert worst(own_settings.keys).level is Level.OK
    there = settings.FIELD_ENCRYPTION_KEYS
    name = there.partition(":")[0]
    other = base64.b64encode(os.urandom(32)).decode()
    settings.FIELD_ENCRYPTION_KEYS = f"{name}new:{other},{there}"
    found = worst(own_settings.keys)
    assert found.level is Level.WARN and found.remedy == "Run manage.py rotate_keys."
    settings.FIELD_ENCRYPTION_KEYS = f"{name}new:{other}"
    assert "by a key that is not there" in worst(own_settings.keys).words
    settings.FIELD_ENCRYPTION_KEYS = f"{name}:{other}"
    assert f"does not open by the key {name}" in worst(own_settings.keys).words


# --- Servers


@pytest.mark.django_db
def test_clocks_that_differ_are_told() -> None:
    assert worst(servers.clock).level is Level.OK
    for seconds, level in ((5, Level.WARN), (60, Level.FAIL)):
        later = timezone.now() + timedelta(seconds=seconds)
        with time_machine.travel(later):
            found = worst(servers.clock)
        assert found.level is level and "NTP" in found.remedy


@pytest.mark.django_db
def test_a_migration_that_was_not_applied_or_is_unknown_is_told() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('core', '9999_of_tomorrow', now())"
        )
        assert worst(servers.migrations).level is Level.WARN
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'portal' OR app = 'analytics'"
        )
    found = worst(servers.migrations)
    assert found.level is Level.FAIL and "analytics.0001" in found.words


@contextmanager
def postgres_with(folder: Path, **settings: str) -> Iterator[str]:
    """A server of its own; its address."""
    port, data = closed_port(), folder / "data"
    (folder / "password").write_text("s3cret-canary")
    data.mkdir(mode=0o700)
    for path in (data, folder / "password"):
        processes.hand_over(path)
    programs = postgres.programs()
    options = [f"--{name}={value}" for name, value in settings.items()]
    with (folder / "log").open("ab") as log:
        made = processes.run(
            [
                *(str(programs / "initdb"), f"--pgdata={data}", "--username=app"),
                *(f"--pwfile={folder}/password", "--auth=scram-sha-256"),
                *("--encoding=UTF8", "--locale=C", "--no-sync"),
            ],
            output=log.fileno(),
            never_root=True,
        )
        assert made == 0, (folder / "log").read_text()
        child = processes.spawn(
            [
                *(str(programs / "postgres"), "-D", str(data), f"--port={port}"),
                *("--listen_addresses=127.0.0.1", "--unix_socket_directories="),
                *options,
            ],
            death_signal=signal.SIGINT,
            output=log.fileno(),
            never_root=True,
        )
    url = f"postgres://app:s3cret-canary@127.0.0.1:{port}/postgres"

    def takes_work() -> bool:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    try:
        until(takes_work)
        yield url
    finally:
        processes.stop(child, signal.SIGINT, seconds=20)
        processes.end_strays(programs / "postgres", data)


@pytest.mark.parametrize(("command", "level"), [("", "fail"), ("true", "ok")])
def test_an_archive_that_is_on_and_led_nowhere_is_told(
    command: str, level: str, open_folder: Path
) -> None:
    on = {"archive_mode": "on", "archive_command": command}
    with postgres_with(open_folder, **on) as url:
        _, found = ran("--before-start", DATABASE_URL=url)
    (line,) = found["archive"]
    assert line["level"] == level, line
    assert ("archives nothing" in line["words"]) == (level == "fail")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Somebody else than root passes it: PostgreSQL does not run as root."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        yield Path(name)


def test_a_redis_that_evicts_is_told(settings: Settings, tmp_path: Path) -> None:
    assert worst(servers.cache).level is Level.OK
    program, port = embedded_redis.program(), closed_port()
    assert program
    options = ["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru", "--save", ""]
    server = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", *options],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    try:
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
        until(lambda: worst(servers.cache).level is not Level.FAIL)
        found = worst(servers.cache)
        redis.connection().close()
    finally:
        server.terminate()
        server.wait(20)
    assert found.level is Level.WARN and "noeviction" in found.remedy


# --- Outside


TWILIO = {
    "SMS_GATEWAY": "twilio",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "0" * 32 + "," + "f" * 32,
    "TWILIO_NUMBER": "+12025550100",
    "TWILIO_API_BASE": "",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TWILIO_ACCOUNT_SID", "SK" + "0" * 32),
        ("TWILIO_ACCOUNT_SID", "AC123"),
        ("TWILIO_AUTH_TOKEN", "s3cret-canary"),
        ("TWILIO_AUTH_TOKEN", "0" * 32 + ","),
        ("TWILIO_MESSAGING_SERVICE_SID", "PN" + "0" * 32),
    ],
)
def test_what_is_no_account_of_twilios_is_told_and_not_shown(
    settings: Settings, name: str, value: str
) -> None:
    for each, good in TWILIO.items():
        setattr(settings, each, good)
    assert worst(outside.twilio_settings).level is Level.OK
    setattr(settings, name, value)
    found = worst(outside.twilio_settings)
    assert found.level is Level.FAIL and name in found.words
    assert value not in found.words + found.remedy


def test_a_server_that_plays_texts_and_throws_letters_away_is_warned(
    settings: Settings,
) -> None:
    settings.POST_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    settings.SMS_GATEWAY = "simulator"
    assert worst(outside.twilio_settings).level is Level.WARN
    assert worst(outside.mail_settings).level is Level.WARN
    settings.DEBUG = True
    assert worst(outside.twilio_settings).level is Level.OK


@contextmanager
def mail_server(greeting: bytes) -> Iterator[int]:
    """It greets, takes EHLO, and says goodbye."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(greeting)
            for _ in self.rfile:
                self.wfile.write(b"250 fine\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield int(server.server_address[1])
        server.shutdown()


@pytest.mark.parametrize(
    ("greeting", "level"),
    [(b"220 hello\r\n", Level.OK), (b"554 go away\r\n", Level.FAIL)],
)
def test_the_mail_server_is_asked_whether_it_lets_us_in(
    settings: Settings, greeting: bytes, level: Level
) -> None:
    settings.POST_BACKEND = "apps.jobs.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    with mail_server(greeting) as settings.EMAIL_PORT:
        assert worst(outside.mail_server).level is level
    settings.EMAIL_PORT = closed_port()
    assert worst(outside.mail_server).level is Level.FAIL


def test_a_name_that_is_not_answered_and_a_proxy_nobody_trusts(
    settings: Settings,
) -> None:
    settings.ALLOWED_HOSTS, settings.TRUSTED_PROXY_COUNT = ["switchboard.example"], 1
    assert worst(outside.proxy_settings).level is Level.OK
    settings.TRUSTED_PROXY_COUNT = 0
    assert worst(outside.proxy_settings).level is Level.WARN
    settings.ALLOWED_HOSTS = ["elsewhere.example"]
    assert worst(outside.proxy_settings).level is Level.FAIL


def test_figures_that_the_world_can_read_are_told(
    live_server: LiveServer, settings: Settings
) -> None:
    """No proxy is in front of it that would say who asks."""
    settings.PUBLIC_URL = live_server.url
    (found,) = outside.site()
    assert found.level is Level.FAIL and "/metrics is for everybody" in found.words
    settings.DEBUG = True
    (found,) = outside.site()
    assert found.level is Level.OK and found.words == f"{live_server.url} answers"
    settings.PUBLIC_URL = f"http://127.0.0.1:{closed_port()}"
    (found,) = outside.site()
    assert "does not answer" in found.words


@pytest.mark.django_db
def test_a_provider_that_refuses_us_is_told() -> None:
    assert list(outside.providers_that_refuse()) == []
    ProviderState.objects.update_or_create(
        provider="google", defaults={"opened_at": timezone.now()}
    )
    (found,) = outside.providers_that_refuse()
    assert found.level is Level.FAIL and "google" in found.words


# --- The machine


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert worst(machine.disk).level is not Level.OK or list(machine.disk())
    for free, level in ((200, Level.FAIL), (8_000, Level.WARN), (50_000, Level.OK)):
        sizes: Any = (100_000 * 10**6, 0, free * 10**6)
        monkeypatch.setattr(shutil, "disk_usage", lambda _, s=sizes: s)
        assert worst(machine.disk).level is level


def test_a_machine_without_room_for_temporary_files_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert worst(machine.storage).level is Level.OK
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    assert worst(machine.storage).level is Level.FAIL
