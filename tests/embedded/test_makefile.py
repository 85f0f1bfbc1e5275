"""The Makefile where it cannot go on."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import chromium
from config.virtualenv import STAMP
from tests.embedded.watching import ROOT


def test_without_a_python_it_says_so(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    done = subprocess.run(
        ["make", "--no-print-directory", "run", "PYTHON=no-such-python"],
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
        ["make", "--no-print-directory"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "make run " in done.stdout
    assert "make test " in done.stdout


@pytest.mark.skipif(not STAMP.exists(), reason="these tests run without `make`")
def test_packages_are_not_installed_again(tmp_path: Path) -> None:
    before = STAMP.stat().st_mtime_ns
    done = subprocess.run(
        [sys.executable, ROOT / "config" / "virtualenv.py", "base", "embedded"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    assert STAMP.stat().st_mtime_ns == before


def test_a_chromium_that_is_there_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = tmp_path / "browser"
    browser.touch(mode=0o755)
    monkeypatch.setenv("CHROMIUM", str(browser))
    assert chromium.find() == str(browser)
    assert chromium.require() == 0
