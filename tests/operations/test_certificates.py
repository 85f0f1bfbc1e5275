"""The certificates of the site: of our own making, and of a real authority over ACME. That
is Debian's Caddy, certbot asks it, and nginx answers its question on port 80; all of them
in a network of their own, where the names lead to nothing else."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.operations.conftest import not_here
from tests.operations.proxy import certificate, lay_out
from tests.operations.tools import found, run, serving, until

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
    (folder / "theirs").mkdir()
    certificate(folder / "theirs", DOMAIN="authority.example")
    request = ("-subj", "/CN=brought.example", "-keyout", folder / "privkey.pem")
    made = run("openssl", "req", "-new", "-nodes", *request, "-out", folder / "request")
    assert made.returncode == 0, made.stdout
    by = (
        "-CA",
        folder / "theirs/fullchain.pem",
        "-CAkey",
        folder / "theirs/privkey.pem",
    )
    asked = ("-req", "-in", folder / "request", "-days", "1", "-CAcreateserial")
    made = run("openssl", "x509", *asked, *by, "-out", folder / "fullchain.pem")
    assert made.returncode == 0, made.stdout
    certificate(folder, DOMAIN="new.example")
    assert named() == "subject=CN = brought.example"


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

    def renew(self) -> subprocess.CompletedProcess[str]:
        """What the service of the compose file does once an hour."""
        return self.run(
            *("sh", self.folder / "nginx/certificates.sh", "once"),
            DOMAIN=DOMAIN,
            CERTIFICATES=str(self.folder / "certificates"),
            ACME=str(self.folder / "acme"),
            ACME_EMAIL="ops@switchboard.example",
            ACME_SERVER=DIRECTORY,
            REQUESTS_CA_BUNDLE=str(self.root),
        )

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
    variables = {
        **os.environ,
        "NGINX_CONF": str(folder / "nginx/nginx.conf"),
        "CERTIFICATE": str(folder / "certificates/fullchain.pem"),
        "LOOK_EVERY": "0.2",
    }
    (folder / "Caddyfile").write_text(
        CADDY.format(kept=folder / "authority", name=AUTHORITY)
    )
    door = (*network.inside, "sh", str(folder / "nginx/start.sh"))
    caddy = (*network.inside, found("caddy"), "run", "--adapter", "caddyfile")
    config = ("--config", str(folder / "Caddyfile"))
    log, said = folder / "nginx.log", folder / "caddy.log"
    with (
        serving("nsenter", *door, log=log, env=variables),
        serving("nsenter", *caddy, *config, log=said),
    ):
        until(lambda: network.shown() == own, 30, log)
        asks = ("curl", "-fsS", "--max-time", "5", DIRECTORY)
        until(
            lambda: network.root.exists()
            and network.run(*asks, "--cacert", network.root).returncode == 0,
            *(30, said),
        )
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
