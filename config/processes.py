"""The processes a site is made of, and the commands that start them."""

import sys
from collections.abc import Iterator

# Name → how many tasks at once, and of which queues. What takes long has a worker of its
# own, so that no text waits behind it. So has what waits for the outside, which may say
# nothing for long; and people's own receivers may be slower still, so that no letter
# waits for them.
WORKERS = {
    "worker": (2, ("messages", "default")),
    "bulk": (1, ("bulk",)),
    "mail": (2, ("mail",)),
    "webhooks": (2, ("webhooks",)),
}
# Quiet: no banner. A container or a laptop often runs it all as root, knowingly.
_ROOT = "ignore:You're running the worker with superuser"


def everything() -> dict[str, list[str]]:
    """Name → command, in the order to start them in."""
    return {"web": web(), **dict(_workers()), "beat": beat()}


def web(*options: str) -> list[str]:
    """`options` of gunicorn go before those of config/gunicorn.py."""
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py"]
    return [*gunicorn, *options, "config.wsgi"]


def worker(name: str, concurrency: int = 0) -> list[str]:
    """The worker of that name; it does its usual number of tasks at once, or
    `concurrency`. Raises KeyError for a name that no worker has."""
    usual, queues = WORKERS[name]
    return [
        *_celery("worker", "-n", f"{name}@%h", "-Q", ",".join(queues)),
        *("--concurrency", str(concurrency or usual), "--loglevel", "info", "-Ofair"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def beat() -> list[str]:
    return _celery("beat", "--loglevel", "info")


def _workers() -> Iterator[tuple[str, list[str]]]:
    return ((name, worker(name)) for name in WORKERS)


def _celery(*words: str) -> list[str]:
    return [sys.executable, "-W", _ROOT, "-m", "celery", "-q", "-A", "config", *words]
