"""Redis with the configuration of production, in a folder of a test."""

from pathlib import Path

from tests.operations.tools import DOCKER, free_port, run


def lay_out(folder: Path) -> tuple[Path, tuple[str, ...]]:
    """The file it reads, and the words by which redis-cli is the site's user."""
    run("sh", DOCKER / "secrets.sh", folder / "secrets")
    conf, port = (DOCKER / "redis/redis.conf").read_text(), str(free_port())
    for ours, here in (
        ("/run/secrets", str(folder / "secrets")),
        ("dir /data", f"dir {folder}"),
        ("6379", port),
        ("bind * -::*", "bind 127.0.0.1"),
    ):
        conf = conf.replace(ours, here)
    path = folder / "redis.conf"
    path.write_text(conf)
    password = (folder / "secrets/redis_password").read_text().strip()
    return path, ("-p", port, "--user", "switchboard", "--pass", password)
