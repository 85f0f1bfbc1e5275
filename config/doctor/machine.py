"""The machine: room on its disks."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from config.doctor.findings import Finding, fail, ok, warn
from config.env import DATA_DIR

_LEAST_BYTES, _LEAST_SHARE, _LITTLE_SHARE = 300_000_000, 0.05, 0.1


def disk() -> Iterator[Finding]:
    seen: set[int] = set()
    for path in (_nearest(Path(DATA_DIR)), Path(tempfile.gettempdir())):
        device = path.stat().st_dev
        if device in seen:
            continue
        seen.add(device)
        total, _, free = shutil.disk_usage(path)
        words = f"{free / 1e9:.1f} GB are free at {path} ({free / total:.0%})"
        # A /tmp in memory may be smaller than that as a whole.
        least = min(_LEAST_BYTES, total * _LITTLE_SHARE)
        if free < least or free < total * _LEAST_SHARE:
            yield fail(words, "Make room: logs, old images and old backups first.")
        elif free < total * _LITTLE_SHARE:
            yield warn(words, "Make room before it is full.")
        else:
            yield ok(words)


def storage() -> Iterator[Finding]:
    """What is uploaded and packed for people goes through files that have no name."""
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"x" * 4_096)
            file.flush()
    except OSError as error:
        yield fail(
            f"no temporary file can be written ({error.strerror})",
            "Give the process a /tmp that it may write to, or set TMPDIR.",
        )
        return
    yield ok("temporary files can be written")


def _nearest(path: Path) -> Path:
    """It, or the folder above that is there."""
    while not path.exists():
        path = path.parent
    return path
