"""The guardian does on macOS what the kernel does on Linux; it runs on both."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from config.embedded import guardian
from tests.embedded.watching import LONG_SECONDS, until

READY = "pathlib.Path(sys.argv[1]).touch(); signal.pause()"
EXIT_7 = "signal.signal(signal.SIGINT, lambda *_: sys.exit(7)); "


def _guarded(script: str, mark: Path) -> tuple[subprocess.Popen[bytes], int]:
    lifeline, ours = os.pipe()
    process = subprocess.Popen(
        [sys.executable, guardian.__file__, str(lifeline), str(int(signal.SIGTERM))]
        + [
            sys.executable,
            "-c",
            "import pathlib, signal, sys; " + script + READY,
            str(mark),
        ],
        pass_fds=[lifeline],
        start_new_session=True,
    )
    os.close(lifeline)
    until(mark.exists)
    return process, ours


def test_the_child_ends_when_the_parent_is_gone(tmp_path: Path) -> None:
    process, ours = _guarded("", tmp_path / "up")
    os.close(ours)  # what the kernel does for a process that is killed
    # By itself, or swept away with whatever the child had forked.
    assert process.wait(LONG_SECONDS) in (128 + signal.SIGTERM, -signal.SIGKILL)


def test_signals_and_the_exit_code_are_passed_on(tmp_path: Path) -> None:
    process, ours = _guarded(EXIT_7, tmp_path / "up")
    process.send_signal(signal.SIGINT)
    assert process.wait(LONG_SECONDS) == 7
    os.close(ours)
