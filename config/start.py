"""`python -m config.start web`: become one process of the site, in a container.

`web`, `worker NAME`, `beat`, `migrate`, or `manage COMMAND …`. It prepares the folder
in which the processes of the container count together, and execs: what it starts has
the process id and gets the signals.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from config import processes

USAGE = (
    "Start one of: web, worker NAME (of "
    + ", ".join(processes.WORKERS)
    + "), beat, migrate, manage COMMAND …"
)


def command(role: str, rest: Sequence[str] = ()) -> list[str]:
    """What to exec. Raises SystemExit with a sentence for a role that is none."""
    match role, list(rest):
        case "web", []:
            # Every interface: the network inside is the compose file's to close. Without
            # containers nginx is on the same machine.
            address = os.environ.get("BIND_ADDRESS") or "0.0.0.0"  # nosec B104
            return processes.web(
                *("--bind", f"{address}:{_whole('PORT', 8000)}"),
                *("--workers", str(_whole("WEB_PROCESSES", 2))),
                *("--threads", str(_whole("WEB_THREADS", 4))),
            )
        case "worker", [name] if name in processes.WORKERS:
            return processes.worker(name, _whole("WORKER_CONCURRENCY", 0))
        case "beat", []:
            # Nothing is kept in its schedule file; a read-only root has no place for it.
            return [*processes.beat(), "--schedule", "/tmp/celerybeat"]
        case "migrate", []:
            return _manage("migrate", "--no-input")
        case "manage", [_, *_]:
            return _manage(*rest)
    raise SystemExit(USAGE)


def _manage(*words: str) -> list[str]:
    return [sys.executable, "manage.py", *words]


def _whole(name: str, default: int) -> int:
    given = os.environ.get(name) or str(default)
    if not given.isascii() or not given.isdigit():
        raise SystemExit(f"{name} is {given!r}; it takes a whole number.")
    return int(given)


def _count_anew() -> None:
    """Counts of processes that an earlier start of this container left are history."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(mode=0o700, parents=True)


if __name__ == "__main__":
    role, *rest = sys.argv[1:] or [""]
    argv = command(role, rest)
    if role in ("web", "worker", "beat"):
        _count_anew()
    else:
        # A command counts nothing, and the folder may be one that others count in.
        os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    os.execv(argv[0], argv)
