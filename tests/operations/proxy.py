"""nginx as production has it, laid out in a folder of a test."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.operations.tools import DOCKER, run


def lay_out(folder: Path, *, web: int, plain: int, tls: int, inside: int) -> None:
    """Configuration and scripts, with these ports on 127.0.0.1."""
    folder.chmod(0o755)
    shutil.copytree(DOCKER / "nginx", folder / "nginx")
    for name in ("certificates", "acme/.well-known/acme-challenge", "tmp"):
        (folder / name).mkdir(parents=True)
    # Only where things are differs from what the container reads.
    places = {
        "web:8000": f"127.0.0.1:{web}",
        "listen 8080": f"listen 127.0.0.1:{plain}",
        "listen 8443": f"listen 127.0.0.1:{tls}",
        "127.0.0.1:8081": f"127.0.0.1:{inside}",
        "/certificates/": f"{folder}/certificates/",
        "root /acme": f"root {folder}/acme",
        "/tmp/nginx": f"{folder}/tmp/nginx",
        "/tmp/https_port": f"{folder}/tmp/https_port",
        "/dev/stdout": f"{folder}/access.log",
        # Debian's master is root here, and its workers have to read the test's folder.
        "worker_processes auto;": "worker_processes 1; user root;",
    }
    for path in (folder / "nginx").iterdir():
        text = path.read_text()
        for ours, here in places.items():
            text = text.replace(ours, here)
        path.write_text(text)


def certificate(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """By the script that the compose file's service runs."""
    environment = {
        **os.environ,
        "DOMAIN": "switchboard.example",
        "CERTIFICATES": str(folder),
        "ACME": str(folder.parent / "acme"),
        "ACME_EMAIL": "",
        **more,
    }
    return run("sh", DOCKER / "nginx/certificates.sh", "once", env=environment)
