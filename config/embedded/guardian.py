"""Stands between us and a child where the kernel has no PR_SET_PDEATHSIG (macOS).

`python guardian.py LIFELINE SIGNAL command…` runs the command, passes signals on to it,
and sends it SIGNAL when the pipe LIFELINE closes, which means that we are dead. Imports
nothing of ours: one runs beside every child, so it has to be small.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading

# What PostgreSQL needs at most to write its buffers out and leave.
PATIENCE_SECONDS = 10


def main(lifeline: int, death_signal: int, argv: list[str]) -> int:
    passed_on = (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)
    for each in passed_on:  # not ignored in the child, as in a shell's background job
        signal.signal(each, signal.SIG_DFL)
    child = subprocess.Popen(argv)
    for each in passed_on:
        signal.signal(each, lambda number, _frame: child.send_signal(number))
    watcher = threading.Thread(
        target=_outlive, args=(lifeline, death_signal, child), daemon=True
    )
    watcher.start()
    code = child.wait()
    return code if code >= 0 else 128 - code


def _outlive(lifeline: int, death_signal: int, child: subprocess.Popen[bytes]) -> None:
    os.read(lifeline, 1)  # nobody writes: it returns when the other end is gone
    child.send_signal(death_signal)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(PATIENCE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
