"""Threads that share connections seldom wait for one, while as many ask at once as the
benchmark has. What it is by the clock is told by `python -m bench.pool`."""

import http.client
import re
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from apps.sms import signing
from tests.operations.conftest import Site

AT_ONCE, EACH = 16, 25
PATH = "/webhooks/twilio/sms/"
POOL = "switchboard_database_pool"


def figures(site: Site) -> dict[str, float]:
    """Of all processes of web, by their names; those without labels."""
    with urllib.request.urlopen(f"{site.address}/metrics", timeout=30) as answer:
        told = answer.read().decode()
    found = re.findall(r"^(switchboard_\w+) ([\d.e+-]+)$", told, re.MULTILINE)
    return {name: float(value) for name, value in found}


def call(site: Site, line: int) -> tuple[bytes, Mapping[str, str]]:
    """A text of a number, which comes again and again: it is stored once, and looked up
    every time."""
    given = site.environment
    fields = {
        "MessageSid": f"SM{line:032x}",
        "AccountSid": given["TWILIO_ACCOUNT_SID"],
        "From": f"+1202555{3000 + line}",
        "To": given["TWILIO_NUMBER"],
        "Body": "hello",
        "NumMedia": "0",
    }
    proof = signing.signature(
        given["PUBLIC_URL"] + PATH, fields.items(), given["TWILIO_AUTH_TOKEN"]
    )
    headers = {
        "Host": "switchboard.example",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "192.0.2.7",
        "X-Twilio-Signature": proof,
    }
    return urlencode(fields).encode(), headers


def ask(site: Site, line: int) -> set[int]:
    """Over one connection, one call after the other; the statuses."""
    body, headers = call(site, line)
    kept = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    found = set()
    for _ in range(EACH):
        kept.request("POST", PATH, body, dict(headers))
        answer = kept.getresponse()
        answer.read()
        found.add(answer.status)
    kept.close()
    return found


def all_at_once(site: Site) -> set[int]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return set().union(*threads.map(lambda n: ask(site, n), range(AT_ONCE)))


def test_four_times_in_five_a_connection_is_free_when_asked_for(site: Site) -> None:
    # The pools grow as they are asked.
    assert all_at_once(site) == {200}
    before = figures(site)
    assert all_at_once(site) == {200}
    after = figures(site)
    more = {name: after[name] - before.get(name, 0) for name in after}
    asked = more[f"{POOL}_requests_total"]
    assert asked >= AT_ONCE * EACH
    assert more[f"{POOL}_errors_total"] == 0
    assert 1 - more[f"{POOL}_queued_total"] / asked > 0.8
    # Two processes of four threads each.
    assert 2 <= after[f"{POOL}_connections"] <= 8
    # Each call has its statement, and how long it took is counted.
    assert more["switchboard_database_statement_seconds_count"] >= AT_ONCE * EACH
