"""Child processes that never outlive us, whatever kills us.

On Linux the kernel sends each child its `death_signal` when we die, even by SIGKILL
(prctl(2), PR_SET_PDEATHSIG). Elsewhere guardian.py stands between us and the child and
does the same when a pipe from us closes.

Start children from the main thread: Linux watches the *thread* that started them.
"""

import contextlib
import ctypes
import functools
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path

LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_libc = ctypes.CDLL(None, use_errno=True)

Child = subprocess.Popen[bytes]


class Disguise(Enum):
    """How a server that refuses to run as root (PostgreSQL) is started."""

    NONE = "we are not root"
    NAMESPACE = "a user namespace hides that we are root; files stay ours"
    NOBODY = "the user nobody; its data folder has to belong to it"


@functools.cache
def disguise() -> Disguise:
    if os.geteuid() != 0:
        return Disguise.NONE
    if LINUX:
        # Containers often forbid it, so a throw-away child tries first.
        if subprocess.run(["true"], preexec_fn=_unshare, check=False).returncode == 0:
            return Disguise.NAMESPACE
    return Disguise.NOBODY


def spawn(
    argv: Sequence[str],
    *,
    death_signal: signal.Signals,
    output: int,
    env: Mapping[str, str] | None = None,
    keep_open: Iterable[int] = (),
    never_root: bool = False,
) -> Child:
    """Start `argv` in a session of its own, both its outputs going to `output`.

    `death_signal` is what it gets when we die. The descriptors in `keep_open` stay open
    in it. Its process id is also its process group: `sweep` reaches what it forked.
    """
    mask = disguise() if never_root else Disguise.NONE
    nobody = pwd.getpwnam("nobody") if mask is Disguise.NOBODY else None
    if not LINUX:
        argv = _guarded(argv, death_signal)
        keep_open = (*keep_open, _lifeline())
    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=env,
        pass_fds=tuple(keep_open),
        start_new_session=True,
        umask=0o077,  # what it writes is for its owner
        preexec_fn=_before_exec(death_signal, mask) if LINUX else None,
        user=nobody and nobody.pw_uid,
        group=nobody and nobody.pw_gid,
        extra_groups=[] if nobody else None,
    )


def run(
    argv: Sequence[str],
    *,
    output: int,
    env: Mapping[str, str] | None = None,
    never_root: bool = False,
) -> int:
    """Run `argv` to its end under the same promises; its exit code."""
    kill = signal.SIGKILL
    child = spawn(
        argv, death_signal=kill, output=output, env=env, never_root=never_root
    )
    try:
        return child.wait()
    finally:
        sweep(child)


def stop(child: Child, sig: signal.Signals, *, seconds: float) -> None:
    """Ask with `sig`; after `seconds`, insist. Nothing of its group is left."""
    if child.poll() is None:
        child.send_signal(sig)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(seconds)
    sweep(child)


def sweep(child: Child) -> None:
    """Kill what is left of the child's process group."""
    # macOS answers PermissionError for a group of which only a zombie is left.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def end_strays(program: Path, folder: Path) -> None:
    """Kill those who run `program` inside `folder`, whoever started them.

    Linux only, and only whom we may look at.
    """
    wanted = (program.resolve(), folder.resolve())
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if tuple((process / link).readlink() for link in ("exe", "cwd")) == wanted:
                os.kill(int(process.name), signal.SIGKILL)


def hand_over(folder: Path) -> None:
    """Give `folder` and all in it to the user that the disguise needs."""
    if disguise() is Disguise.NOBODY:
        nobody = pwd.getpwnam("nobody")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)


def die_with_parent(sig: signal.Signals) -> None:
    """Have the kernel send us `sig` when whoever started us dies (Linux only)."""
    if LINUX:
        _libc.prctl(_PR_SET_PDEATHSIG, int(sig))


def _unshare() -> None:
    if _libc.unshare(_CLONE_NEWUSER) != 0:
        os._exit(1)


def _before_exec(death_signal: signal.Signals, mask: Disguise) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        # A shell starts background jobs with these ignored, and that is inherited.
        for sig in (signal.SIGINT, signal.SIGQUIT):
            signal.signal(sig, signal.SIG_DFL)
        if mask is Disguise.NAMESPACE:
            _unshare()
        # After every change of identity: the kernel forgets the signal at each.
        _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return prepare


@functools.cache
def _lifeline() -> int:
    """The end to read of a pipe whose other end closes only when we die."""
    reader, _writer = os.pipe()
    return reader


def _guarded(argv: Sequence[str], death_signal: signal.Signals) -> list[str]:
    guardian = Path(__file__).with_name("guardian.py")
    order = [str(_lifeline()), str(int(death_signal))]
    return [sys.executable, "-I", str(guardian), *order, *argv]
