"""Images, built here by Debian's buildah for Debian's podman."""

import subprocess
from pathlib import Path

from config.env import ROOT
from tests.operations.tools import run

BASE = "localhost/python:3.11-slim-bookworm"
IMAGE = "localhost/switchboard:test"
# runc and its cgroups work where no systemd is, and limits below those of the shell.
# netavark brings names of services along, as Docker does.
ENGINE = """
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
[network]
network_backend = "netavark"
"""
# Who vouches for the registry of packages that this machine asks.
_CERTIFICATES = ("-v", "/etc/ssl/certs:/etc/ssl/certs:ro")


def base() -> None:
    """The Debian that all others are built on, unless it is there."""
    if run("buildah", "inspect", "--type", "image", BASE).returncode:
        made = run(ROOT / "tests/operations/base_image.sh", BASE)
        assert made.returncode == 0, made.stdout


def site() -> None:
    """Our own, as a release is built."""
    base()
    arguments = (*_CERTIFICATES, "--build-arg", f"PYTHON_IMAGE={BASE}")
    _build(IMAGE, ROOT / "docker/Dockerfile", ROOT, *arguments)


def stand_in(name: str) -> str:
    """The image that stands in for this service's; answers what it is called."""
    here, called = ROOT / "tests/operations/stand_ins", f"localhost/stand-in-{name}"
    arguments = ("--target", name, "--build-arg", f"BASE={BASE}")
    _build(called, here / "Dockerfile", here, *arguments)
    return called


def _build(called: str, recipe: Path, context: Path, *arguments: str) -> None:
    built = subprocess.run(
        [
            *("buildah", "bud", "--isolation", "chroot", "--pull-never", "--layers"),
            *("--format", "docker", *arguments),
            *("-f", str(recipe), "-t", called, str(context)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1_200,
        check=False,
    )
    assert built.returncode == 0, built.stdout[-3_000:]
