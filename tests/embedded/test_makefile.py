"""The Makefile where it cannot go on."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import chromium, virtualenv
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


def test_packages_are_installed_again_only_when_a_lock_changed(tmp_path: Path) -> None:
    program = tmp_path / "config" / "virtualenv.py"
    lock = tmp_path / "requirements" / "base.txt"
    for folder in (program.parent, lock.parent):
        folder.mkdir()
    shutil.copy(virtualenv.__file__, program)
    lock.touch()

    def made() -> str:
        command = [sys.executable, str(program), "base"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout

    assert "Making the virtual environment" in made()
    assert made() == ""
    lock.write_text("# a comment")
    assert made() == "Installing base into .venv (a minute or two) …\n"
    assert made() == ""
    (tmp_path / ".venv" / "bin" / "python").unlink()  # as when Python is replaced
    assert "Making the virtual environment" in made()


def test_a_chromium_that_is_there_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = tmp_path / "browser"
    browser.touch(mode=0o755)
    monkeypatch.setenv("CHROMIUM", str(browser))
    assert chromium.find() == str(browser)
    assert chromium.require() == 0
