"""The Makefile where it cannot go on."""

import shutil
import subprocess
from pathlib import Path

from tests.embedded.watching import ROOT


def test_without_a_python_it_says_so(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    done = subprocess.run(
        ["make", "run", "PYTHON=no-such-python"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert done.stdout.startswith("Switchboard needs Python 3.11 or newer")
    assert len(done.stdout.splitlines()) == 1


def test_alone_it_lists_its_commands() -> None:
    done = subprocess.run(
        ["make"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "make run " in done.stdout
    assert "make test " in done.stdout
