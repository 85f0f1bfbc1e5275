"""Threads may share the connections of their process: as many as are said, each of them
sound, and whoever waits in vain hears so soon."""

import json
import os
import subprocess
import sys
from typing import Any

SCRIPT = """
import json, threading, time
import django
django.setup()
from django.core.signals import request_finished
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client import REGISTRY

def ask(words="SELECT pg_backend_pid()"):
    with connection.cursor() as cursor:
        cursor.execute(words)
        return cursor.fetchone()[0]

def twenty_times():
    for _ in range(20):
        found.add(ask())
        connection.close()

def all_at_once(work, times):
    threads = [threading.Thread(target=work) for _ in range(times)]
    [thread.start() for thread in threads]
    return threads

found = set()
[thread.join() for thread in all_at_once(twenty_times, 8)]
told = {"sessions": len(found), "statement_timeout": ask("SHOW statement_timeout")}

# One that the server has ended is not handed out again.
here = ask()
connection.close()
import psycopg, os
with psycopg.connect(os.environ["DATABASE_URL"]) as other:
    others = [pid for pid in found if pid != other.info.backend_pid]
    for pid in others:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
told["after_they_were_ended"] = ask() not in found
connection.close()

hold, held = threading.Event(), threading.Barrier(3)
def keep():
    ask()
    held.wait()
    hold.wait()
    connection.close()
keepers = all_at_once(keep, 2)
held.wait()
began = time.monotonic()
client = Client(raise_request_exception=False, headers={"host": "localhost"})
login = {"email": "alice@example.com", "password": "x" * 12}
answer = client.post("/api/auth/app/v1/auth/login", login, "application/json")
told["busy"] = [answer.status_code, answer.json()["code"], time.monotonic() - began]
hold.set()
[thread.join() for thread in keepers]
request_finished.send(None)
for name in ("requests_total", "queued_total", "errors_total", "connections", "free"):
    told[name] = REGISTRY.get_sample_value(f"switchboard_database_pool_{name}")
print(json.dumps(told))
connection.close()
connection.close_pool()
"""


def told(**environment: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_eight_threads_share_two_connections() -> None:
    found = told(DATABASE_POOL_SIZE="2", DATABASE_POOL_SECONDS="5")
    assert 1 <= found["sessions"] <= 2
    assert found["statement_timeout"] == "15s"
    assert found["after_they_were_ended"]
    status, code, seconds = found["busy"]
    assert (status, code) == (503, "unavailable") and 5 <= seconds < 25
    assert found["requests_total"] > 160 and found["queued_total"] > 0
    assert found["errors_total"] >= 1
    assert found["free"] == found["connections"] <= 2
