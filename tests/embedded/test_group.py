"""Processes that live and die together, with any program in the place of ours."""

import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config.embedded import CannotStart
from config.embedded.group import Group
from tests.embedded.watching import environment, until, using

FORKS = "import os, signal; print('up', flush=True); os.fork(); signal.pause()"
DIES = "import sys; print('no'); sys.exit(3)"


@pytest.fixture(autouse=True)
def _signal_handlers() -> object:
    """`stop` takes the signals over; give them back."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    kept = [signal.getsignal(each) for each in signals]
    yield
    for each, handler in zip(signals, kept, strict=True):
        signal.signal(each, handler)


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def tended(group: Group, claim: Callable[[], bool]) -> Callable[[], bool]:
    def look() -> bool:
        group.tend(0.05)
        return claim()

    return look


def test_lines_carry_the_name_and_no_colour_outside_a_terminal(folder: Path) -> None:
    out = io.StringIO()
    group = Group({"web": python(FORKS)}, environment(folder), out)
    group.start()
    until(tended(group, lambda: out.getvalue() == "web      | up\n"))
    group.stop()


def test_what_a_process_forked_ends_with_it(folder: Path) -> None:
    out = io.StringIO()
    group = Group({"worker": python(FORKS)}, environment(folder), out)
    group.start()
    until(tended(group, lambda: len(using(folder)) == 2))
    group.stop()
    until(lambda: not using(folder))


def test_a_process_that_is_killed_starts_again(folder: Path) -> None:
    out = io.StringIO()
    group = Group({"beat": python(FORKS)}, environment(folder), out)
    group.start()
    until(tended(group, lambda: "up" in out.getvalue()))
    os.kill(group.members[0].process.pid, signal.SIGKILL)
    until(tended(group, lambda: out.getvalue().count("| up") == 2))
    assert "beat     | ended with signal 9\n" in out.getvalue()
    until(lambda: len(using(folder)) == 2)  # not the fork of the killed one
    group.stop()


def test_a_process_that_dies_again_and_again_ends_everything(folder: Path) -> None:
    out = io.StringIO()
    commands = {"web": python(FORKS), "worker": python(DIES)}
    group = Group(commands, environment(folder), out)
    group.start()
    with pytest.raises(CannotStart, match="worker process died 5 times"):
        until(tended(group, lambda: False))
    group.stop()
    until(lambda: not using(folder))
    assert out.getvalue().count("worker   | no") == 5


def test_who_does_not_leave_is_killed(folder: Path) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + FORKS
    out = io.StringIO()
    group = Group({"web": python(deaf)}, environment(folder), out)
    group.start()
    until(tended(group, lambda: "up" in out.getvalue()))
    group.stop()
    until(lambda: not using(folder))
