"""Debian's nginx with the production configuration in front of the real application."""

import base64
import functools
import hashlib
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.operations.conftest import Site
from tests.operations.proxy import certificate, lay_out
from tests.operations.tools import (
    VENV,
    answers,
    free_port,
    run,
    serving,
    until,
)

HEADERS = (
    "strict-transport-security",
    "x-content-type-options",
    "referrer-policy",
    "x-frame-options",
    "content-security-policy",
    "cross-origin-opener-policy",
    "x-request-id",
)


@dataclass(frozen=True)
class Answer:
    status: int
    version: str
    headers: list[tuple[str, str]]
    body: str

    def all(self, name: str) -> list[str]:
        return [value for found, value in self.headers if found == name]


@dataclass(frozen=True)
class Door:
    folder: Path
    plain: int
    tls: int

    def ask(self, path: str, *options: str, plain: bool = False) -> Answer:
        """What curl gets, that trusts the certificate we made."""
        port = self.plain if plain else self.tls
        host = "switchboard.example"
        address = f"http{'' if plain else 's'}://{host}:{port}{path}"
        told = subprocess.run(
            [
                *("curl", "-sS", "-i", "--max-time", "20", "--http2"),
                *("--resolve", f"{host}:{port}:127.0.0.1"),
                *("--cacert", str(self.folder / "certificates/fullchain.pem")),
                *("-H", f"Host: {host}", *options, address),
            ],
            capture_output=True,
            timeout=60,
            check=True,
        ).stdout.decode(errors="replace")
        head, _, body = told.partition("\r\n\r\n")
        first, *rest = head.split("\r\n")
        version, status = first.split()[:2]
        lines = [line.partition(": ") for line in rest]
        headers = [(name.lower(), value) for name, _, value in lines]
        return Answer(int(status), version, headers, body)


@pytest.fixture(scope="module")
def door(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("nginx")
    plain, tls, inside = free_port(), free_port(), free_port()
    lay_out(folder, web=site.port, plain=plain, tls=tls, inside=inside)
    made = certificate(folder / "certificates")
    assert made.returncode == 0, made.stdout
    conf, log = folder / "nginx/nginx.conf", folder / "nginx.log"
    environment = {
        **os.environ,
        "NGINX_CONF": str(conf),
        "CERTIFICATE": str(folder / "certificates/fullchain.pem"),
        "LOOK_EVERY": "0.2",
        "HTTPS_PORT": "8443",
    }
    checked = run("nginx", "-t", "-c", conf)
    assert checked.returncode == 0 and "warn" not in checked.stdout, checked.stdout
    start = folder / "nginx/start.sh"
    with serving("sh", start, log=log, env=environment):
        until(lambda: answers(f"http://127.0.0.1:{inside}/nginx"), 30, log)
        yield Door(folder, plain, tls)


def test_http_goes_to_https_with_its_method_and_nothing_else_is_there(
    door: Door,
) -> None:
    answer = door.ask("/app/?a=b", "-X", "POST", plain=True)
    assert answer.status == 308
    # As docker-compose.dev.yml has it outside; at its own port none is named.
    assert answer.all("location") == ["https://switchboard.example:8443/app/?a=b"]
    written = door.folder / "tmp/https_port.inc"
    outside = written.read_text()
    for there, port in (("", ""), (outside, ":8443")):
        written.write_text(there)
        conf = door.folder / "nginx/nginx.conf"
        assert run("nginx", "-c", conf, "-s", "reload").returncode == 0
        leads = f"https://switchboard.example{port}/"
        until(functools.partial(leads_to, door, leads))


def leads_to(door: Door, address: str) -> bool:
    return door.ask("/", plain=True).all("location") == [address]


@pytest.mark.parametrize("path", ["/webhooks/mail", "/static"])
def test_a_missing_slash_leads_to_no_port_of_inside(door: Door, path: str) -> None:
    answer = door.ask(f"{path}?a=b", "-X", "POST")
    assert answer.all("location") == [f"{path}/?a=b"]
    # What is posted is posted again.
    assert answer.status == (308 if path == "/webhooks/mail" else 301)


def test_the_challenge_of_a_certificate_is_answered_over_http(door: Door) -> None:
    (door.folder / "acme/.well-known/acme-challenge/abc").write_text("proof")
    answer = door.ask("/.well-known/acme-challenge/abc", plain=True)
    assert (answer.status, answer.body) == (200, "proof")


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_pages_come_by_http_2_over_tls_1_2_and_1_3(door: Door, version: str) -> None:
    answer = door.ask("/", f"--tlsv{version}", "--tls-max", version)
    assert (answer.status, answer.version) == (200, "HTTP/2")


def test_older_tls_is_refused(door: Door) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        door.ask(
            "/", "--tlsv1.1", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"
        )
    assert refused.value.returncode == 35


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/accounts/login/", 200),
        ("/api/v1/me", 401),
        ("/api/auth/app/v1/config", 200),
        ("/webhooks/twilio/sms/", 405),
        ("/webhooks/mail/nobody/tracking/", 405),
        ("/webhooks/alerts/", 403),
        ("/metrics", 403),
        ("/health/live", 200),
        ("/nothing", 404),
        ("STATIC", 200),
    ],
)
def test_every_location_sends_each_header_once(
    door: Door, path: str, status: int
) -> None:
    if path == "STATIC":
        found = re.search(r'"(/static/[^"]+\.css)"', door.ask("/").body)
        assert found
        path = found[1]
    answer = door.ask(path)
    assert answer.status == status
    assert {name: len(answer.all(name)) for name in HEADERS} == dict.fromkeys(
        HEADERS, 1
    )
    assert "nginx/" not in "".join(answer.all("server"))


def test_styles_are_packed_and_kept(door: Door) -> None:
    found = re.search(r'"(/static/css/tokens[^"]+\.css)"', door.ask("/").body)
    assert found
    answer = door.ask(found[1], "-H", "Accept-Encoding: gzip")
    assert answer.all("content-encoding") == ["gzip"]
    assert "immutable" in answer.all("cache-control")[0]


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/webhooks/twilio/sms/", 64),
        ("/accounts/login/", 64),
        ("/api/auth/app/v1/auth/login", 64),
        ("/api/v1/reminders", 300),
        ("/webhooks/mail/nobody/tracking/", 1024),
    ],
)
def test_what_is_too_large_is_refused_by_a_problem(
    door: Door, path: str, most: int, tmp_path: Path
) -> None:
    body = tmp_path / "body"
    body.write_bytes(b"x" * (most * 1024 + 1))
    answer = door.ask(path, "--data-binary", f"@{body}")
    assert answer.status == 413
    assert answer.all("content-type") == ["application/problem+json"]
    assert json.loads(answer.body)["code"] == "too_large"
    body.write_bytes(b"x" * (most * 1024))
    assert door.ask(path, "--data-binary", f"@{body}").status != 413 or most == 300


@pytest.mark.parametrize(
    ("asked", "status", "code", "page"),
    [
        (("/metrics",), 403, "forbidden", "This address is not for the outside."),
        (("/", "-X", "TRACE"), 405, "method_not_allowed", "is not asked that way."),
        (("/.refused/page",), 404, "not_found", "There is no page at this address."),
        ((f"/{'a' * 20_000}",), 414, "too_large", "The address is too long."),
        (
            ("/accounts/login/", "--data-binary", "x" * 70_000),
            *(413, "too_large", "What was sent is too large."),
        ),
    ],
)
def test_a_refusal_is_a_page_for_a_browser_and_a_problem_for_others(
    door: Door, asked: tuple[str, ...], status: int, code: str, page: str
) -> None:
    path, *options = asked
    # By the second version of HTTP an address that long ends the connection.
    options = ["--http1.1", *options]
    told = door.ask(path, *options, "-H", "Accept: application/json")
    assert (told.status, json.loads(told.body)["code"]) == (status, code)
    assert json.loads(told.body)["status"] == status
    shown = door.ask(path, *options, "-H", "Accept: text/html,*/*;q=0.8")
    if status == 414:
        # Nobody has read what it accepts.
        assert shown.body == told.body
        return
    assert shown.status == status and page in shown.body
    assert shown.all("content-type") == ["text/html; charset=utf-8"]
    (style,) = re.findall("<style>(.*?)</style>", shown.body)
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{allowed}'" in shown.all("content-security-policy")[0]
    spanish = door.ask(
        *(path, *options, "-H", "Accept: text/html", "-H", "Accept-Language: es-MX,en")
    )
    assert '<html lang="es">' in spanish.body and page not in spanish.body
    assert {name: len(shown.all(name)) for name in HEADERS} == dict.fromkeys(HEADERS, 1)


def test_what_is_no_request_is_refused_in_the_same_form(door: Door) -> None:
    large = f"GET / HTTP/1.1\r\nHost: a\r\nX-Large: {'a' * 20_000}"
    for words in ("NOTHING", "GET / HTTP/1.1\r\nHost: a\r\nHost: b", large):
        told = subprocess.run(
            [
                *("openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{door.tls}"),
                *("-verify_quiet", "-ign_eof"),
            ],
            input=f"{words}\r\n\r\n",
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        ).stdout
        assert told.startswith("HTTP/1.1 400 "), told
        assert json.loads(told.splitlines()[-1])["code"] == "invalid"


def test_what_is_kept_has_the_id_of_who_asks(door: Door) -> None:
    found = re.search(r'"(/static/[^"]+\.css)"', door.ask("/").body)
    assert found
    ids = [door.ask(found[1]).all("x-request-id") for _ in range(3)]
    assert len({one for (one,) in ids}) == 3


def test_who_says_to_be_somebody_else_is_not_believed(door: Door) -> None:
    """The metrics are for who brings no X-Forwarded-For: nginx always brings one. And the
    id of a request is nginx's."""
    mine = "0123456789abcdef0123456789abcdef"
    answer = door.ask(
        "/", "-H", f"X-Request-ID: {mine}", "-H", "X-Forwarded-For: 9.9.9.9"
    )
    assert answer.all("x-request-id") != [mine]
    assert re.fullmatch("[0-9a-f]{32}", answer.all("x-request-id")[0])


def test_the_log_has_no_query_no_path_and_the_id_of_the_application(door: Door) -> None:
    answer = door.ask("/accounts/password/reset/key/1-secret-key/?next=private")
    (mark,) = answer.all("x-request-id")
    log = door.folder / "access.log"
    until(lambda: mark in log.read_text(), 10)
    line = next(
        json.loads(each) for each in log.read_text().splitlines() if mark in each
    )
    assert line["area"] == "accounts" and line["status"] == answer.status
    assert "secret-key" not in log.read_text() and "private" not in log.read_text()


def test_tls_is_what_mozilla_calls_intermediate(door: Door) -> None:
    scanned = run(
        VENV / "bin/python",
        "-W",
        "ignore",
        Path(__file__).with_name("scan_tls.py"),
        str(door.tls),
    )
    *issues, last = scanned.stdout.strip().splitlines()
    assert last == "scanned", scanned.stdout
    # The certificate is of our own making here, and nobody else vouches for it.
    assert [each for each in issues if "certificate_path_validation" not in each] == []


def test_gixy_finds_nothing(door: Door) -> None:
    looked = run("gixy", door.folder / "nginx/nginx.conf")
    assert looked.returncode == 0, looked.stdout


def test_a_renewed_certificate_is_taken_up_with_no_request_lost(door: Door) -> None:
    def serial() -> str:
        asked = f"openssl s_client -connect 127.0.0.1:{door.tls} </dev/null 2>/dev/null"
        told = subprocess.run(
            ["sh", "-c", f"{asked} | openssl x509 -noout -serial"],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return told.stdout

    before = serial()
    load = subprocess.Popen(
        ["h2load", "-D", "6", "-c", "4", "-m", "2", "--rps", "3"]
        + [f"https://127.0.0.1:{door.tls}/health/live"],
        stdout=subprocess.PIPE,
        text=True,
    )
    time.sleep(1)
    for name in ("fullchain.pem", "privkey.pem"):
        (door.folder / "certificates" / name).unlink()
    certificate(door.folder / "certificates")
    until(lambda: serial() != before, 20)
    told, _ = load.communicate(timeout=60)
    assert " 0 failed, 0 errored, 0 timeout" in told, told


def test_who_is_too_fast_is_refused_by_a_problem(door: Door) -> None:
    """Last: the address is then slow for a while."""
    told = subprocess.run(
        ["h2load", "-n", "300", "-c", "4", "-m", "10"]
        + [f"https://127.0.0.1:{door.tls}/accounts/login/"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    refused = re.search(r"(\d+) 4xx", told)
    assert refused and int(refused[1]) > 200, told
    answer = door.ask("/accounts/login/")
    assert answer.status == 429 and answer.all("retry-after") == ["5"]
    assert json.loads(answer.body)["code"] == "too_many"
