"""The certificates of the site: of our own making, and of a real authority over ACME. That
is Debian's Caddy, certbot asks it, and nginx answers its question on port 80; all of them
in a network of their own, where the names lead to nothing else."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.operations.conftest import not_here
from tests.operations.proxy import certificate, lay_out
from tests.operations.tools import DOCKER, found, run, serving, until

AUTHORITY, DOMAIN = "authority.example", "switchboard.example"
DIRECTORY = f"https://{AUTHORITY}:9443/acme/local/directory"
CADDY = """{{
    admin off
    skip_install_trust
    auto_https disable_redirects
    storage file_system {kept}
}}
https://{name}:9443 {{
    tls internal
    acme_server
}}
"""


def test_a_certificate_of_our_own_follows_the_name_and_no_other_does(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "certificates"
    folder.mkdir()

    def named() -> str:
        path = folder / "fullchain.pem"
        asked = ("-noout", "-subject", "-in", path)
        return run("openssl", "x509", *asked).stdout.strip()

    certificate(folder, DOMAIN="old.example")
    old = (folder / "fullchain.pem").read_bytes()
    certificate(folder, DOMAIN="old.example")
    assert (folder / "fullchain.pem").read_bytes() == old
    certificate(folder, DOMAIN="new.example")
    assert named() == "subject=CN = new.example"
    # One that another has signed: its owner renews it.
    theirs = bring(folder)
    certificate(folder, DOMAIN="new.example")
    assert named() == "subject=CN = brought.example"
    # Also with its authority behind it.
    with (folder / "fullchain.pem").open("a") as chain:
        chain.write(theirs.read_text())
    certificate(folder, DOMAIN="new.example")
    assert named() == "subject=CN = brought.example"


def bring(folder: Path) -> Path:
    """A certificate that another has signed, for a day; answers whose it is."""
    (folder / "theirs").mkdir()
    certificate(folder / "theirs", DOMAIN="authority.example")
    request = ("-subj", "/CN=brought.example", "-keyout", folder / "privkey.pem")
    made = run("openssl", "req", "-new", "-nodes", *request, "-out", folder / "request")
    assert made.returncode == 0, made.stdout
    theirs = folder / "theirs/fullchain.pem"
    by = ("-CA", theirs, "-CAkey", folder / "theirs/privkey.pem")
    asked = ("-req", "-in", folder / "request", "-days", "1", "-CAcreateserial")
    made = run("openssl", "x509", *asked, *by, "-out", folder / "fullchain.pem")
    assert made.returncode == 0, made.stdout
    return theirs


# --- Over ACME


@dataclass
class Network:
    """One that leads nowhere, with its own /etc/hosts."""

    folder: Path
    leader: int

    @property
    def inside(self) -> tuple[str, ...]:
        return ("-t", str(self.leader), "-n", "-m", "--")

    def run(self, *words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        return run("nsenter", *self.inside, *words, env={**os.environ, **more})

    @property
    def asks(self) -> dict[str, str]:
        """The environment of the service that asks for certificates."""
        return {
            "DOMAIN": DOMAIN,
            "CERTIFICATES": str(self.folder / "certificates"),
            "ACME": str(self.folder / "acme"),
            "ACME_EMAIL": "ops@switchboard.example",
            "ACME_SERVER": DIRECTORY,
            "REQUESTS_CA_BUNDLE": str(self.root),
            "LOOK_EVERY": "0.2",
        }

    def renew(self) -> subprocess.CompletedProcess[str]:
        """What the service of the compose file does once an hour."""
        script = self.folder / "nginx/certificates.sh"
        return self.run("sh", script, "once", **self.asks)

    @contextmanager
    def serving(self, log: str, *words: str | Path, **more: str) -> Iterator[Path]:
        """It runs inside meanwhile, with its words in this file."""
        path = self.folder / log
        with serving(
            "nsenter", *self.inside, *words, log=path, env={**os.environ, **more}
        ):
            yield path

    @contextmanager
    def nginx(self) -> Iterator[Path]:
        door = ("sh", self.folder / "nginx/start.sh")
        conf = str(self.folder / "nginx/nginx.conf")
        shows = str(self.folder / "certificates/fullchain.pem")
        with self.serving(
            *("nginx.log", *door), NGINX_CONF=conf, CERTIFICATE=shows, LOOK_EVERY="0.2"
        ) as log:
            yield log

    @contextmanager
    def authority(self) -> Iterator[None]:
        conf = self.folder / "Caddyfile"
        conf.write_text(CADDY.format(kept=self.folder / "authority", name=AUTHORITY))
        caddy = (found("caddy"), "run", "--adapter", "caddyfile", "--config", conf)
        asks = ("curl", "-fsS", "--max-time", "5", DIRECTORY)
        with self.serving("caddy.log", *caddy) as log:
            until(
                lambda: self.root.exists()
                and self.run(*asks, "--cacert", self.root).returncode == 0,
                *(30, log),
            )
            yield

    @property
    def root(self) -> Path:
        """Who is to be believed, the authority's own."""
        return self.folder / "authority/pki/authorities/local/root.crt"

    def shown(self) -> str:
        """The serial number of what nginx has for a caller."""
        asked = f"openssl s_client -connect 127.0.0.1:443 -servername {DOMAIN}"
        told = self.run("sh", "-c", f"{asked} </dev/null | openssl x509 -noout -serial")
        return told.stdout.strip().splitlines()[-1]

    def kept(self) -> str:
        path = self.folder / "certificates/fullchain.pem"
        return run("openssl", "x509", "-noout", "-serial", "-in", path).stdout.strip()


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    if run("unshare", "--net", "--mount", "true").returncode:
        not_here("image", "a network of one's own needs rights that are not given here")
    lay_out(tmp_path, web=9, plain=80, tls=443, inside=8081)
    (tmp_path / "hosts").write_text(f"127.0.0.1 localhost {AUTHORITY} {DOMAIN}\n")
    begun = tmp_path / "begun"
    script = (
        f"ip link set lo up && mount --bind {tmp_path}/hosts /etc/hosts"
        f" && touch {begun} && exec sleep 600"
    )
    words = ("--net", "--mount", "sh", "-c", script)
    with serving("unshare", *words, log=tmp_path / "network.log") as leader:
        until(begun.exists, 20, tmp_path / "network.log")
        yield Network(tmp_path, leader.pid)


def test_a_certificate_is_issued_taken_up_and_renewed(network: Network) -> None:
    folder = network.folder
    # The authority is away: the site begins with one of our own all the same.
    first = network.renew()
    assert first.returncode == 0 and "was not renewed" in first.stdout, first.stdout
    own = network.kept()
    with network.nginx() as log, network.authority():
        until(lambda: network.shown() == own, 30, log)
        issued = network.renew()
        assert "Successfully received certificate" in issued.stdout, issued.stdout
        second = network.kept()
        assert second != own
        until(lambda: network.shown() == second, 20, log)
        # Whoever believes the authority believes the site.
        asked = network.run(
            *("curl", "-sS", "--max-time", "5", "--cacert", network.root),
            *("-o", "/dev/null", "-w", "%{http_code}", f"https://{DOMAIN}/metrics"),
        )
        assert asked.stdout == "403", asked.stdout
        # Its certificates last half a day, so each look renews them.
        renewed = network.renew()
        assert renewed.returncode == 0, renewed.stdout
        assert network.kept() not in (own, second)
        until(lambda: network.shown() == network.kept(), 20, log)
    mode = (folder / "certificates/privkey.pem").stat().st_mode
    assert mode & 0o077 == 0


def test_the_first_certificate_is_asked_for_as_soon_as_nginx_is_there(
    network: Network,
) -> None:
    """Which waits for one of our own: until then no try is spent. A certificate that
    somebody brings afterwards is not replaced."""
    folder = network.folder
    asks = ("sh", folder / "nginx/certificates.sh")
    with network.authority():
        with network.serving("certificates.log", *asks, **network.asks) as log:
            word = folder / "acme/.well-known/acme-challenge/ours"
            until(word.exists, 20, log)
            own = network.kept()
            assert log.read_text() == ""
            with network.nginx() as said:
                until(lambda: network.kept() != own, 60, log)
                until(lambda: network.shown() == network.kept(), 20, said)
                until(lambda: "Successfully received" in log.read_text(), 20, log)
            assert "not renewed" not in log.read_text() and not word.exists()
        bring(folder / "certificates")
        brought = network.kept()
        with network.nginx() as said:
            until(lambda: network.shown() == brought, 20, said)
            done = network.renew()
        assert done.returncode == 0 and network.kept() == brought, done.stdout


def test_whether_browsers_believe_the_certificate_is_looked_at(
    network: Network,
) -> None:
    """By the exporter's own verification, where an authority is asked for one."""
    folder = network.folder
    (folder / "web/health").mkdir(parents=True)
    (folder / "web/health/live").write_text("ok")
    web = ("python3", "-m", "http.server", "9", "--directory", folder / "web")

    def probed(module: str) -> bool:
        target = "https://127.0.0.1:443/health/live"
        address = f"http://127.0.0.1:9115/probe?module={module}&target={target}"
        told = run("nsenter", *network.inside, "curl", "-sS", address).stdout
        assert "probe_success" in told, told
        return "\nprobe_success 1" in told

    exporter = {
        "BLACKBOX": found("prometheus-blackbox-exporter"),
        "WRITTEN": str(folder / "blackbox.yml"),
        "SSL_CERT_FILE": str(network.root),
    }
    looks = ("sh", DOCKER / "blackbox/start.sh")
    healthy = ("curl", "-fsS", "http://127.0.0.1:9115/-/healthy")
    network.renew()
    with (
        network.authority(),
        network.serving("web.log", *web),
        network.nginx() as log,
    ):
        for asks in (network.asks, {**network.asks, "ACME_EMAIL": ""}):
            with network.serving("blackbox.log", *looks, **(exporter | asks)) as said:
                until(lambda: network.run(*healthy).returncode == 0, 20, said)
                until(lambda: probed("site"), 20, log)
                assert probed("trusted") == (not asks["ACME_EMAIL"])
        assert network.renew().returncode == 0
        until(lambda: network.shown() == network.kept(), 20, log)
        with network.serving(
            "blackbox.log", *looks, **(exporter | network.asks)
        ) as said:
            until(lambda: network.run(*healthy).returncode == 0, 20, said)
            assert probed("site") and probed("trusted")
