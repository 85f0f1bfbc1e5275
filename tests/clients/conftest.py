"""The TypeScript client, built once a run, programs that use it, and a running site."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import User
from clients.generate import FOLDER as CLIENT
from tests import node
from tests.clients import guide
from tests.mfa.conftest import person
from tests.portal.conftest import Worker

_PROGRAMS = Path(__file__).parent / "programs"
_TSC = CLIENT / "node_modules/typescript/bin/tsc"
_SECONDS = 60
_SETTINGS = {
    "extends": str(CLIENT / "tsconfig.json"),
    "compilerOptions": {
        "rootDir": ".",
        "outDir": "out",
        "declaration": False,
        "noEmitOnError": True,
    },
    "include": ["*.ts"],
}
Json = dict[str, Any]
Run = Callable[..., Json]


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the programs and the guide lie as JavaScript, type-checked against the
    client as it would be published. Whichever worker comes first makes it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    folder /= "programs"
    folder.mkdir(exist_ok=True)
    with node.alone(folder):
        if not (folder / "out/tries.js").exists():
            _build()
            _compile(folder)
    return folder / "out"


def _build() -> None:
    node.install(CLIENT)
    path = f"{node.NODE.parent}{os.pathsep}{os.environ['PATH']}"
    with node.alone(CLIENT):
        _insist([node.NPM, "run", "--silent", "build"], CLIENT, {"PATH": path})


def _compile(folder: Path) -> None:
    """As a project that has installed the client."""
    scope = folder / "node_modules/@switchboard"
    scope.mkdir(parents=True)
    (scope / "client").symlink_to(CLIENT)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "tsconfig.json").write_text(json.dumps(_SETTINGS))
    for program in _PROGRAMS.iterdir():
        (folder / program.name).write_text(program.read_text())
    (folder / "guide.ts").write_text(guide.program())
    (folder / "readme.ts").write_text(guide.program(guide.README))
    _insist([_TSC, "--project", "."], folder, {})
    # And in a project that asks for `strict` and nothing more.
    plain = folder / "plain"
    plain.mkdir()
    (plain / "package.json").write_text('{"type": "module"}')
    (plain / "guide.ts").write_text(guide.program())
    strict = ("--strict", "--module", "nodenext", "--target", "es2023", "--noEmit")
    _insist([_TSC, *strict, "guide.ts"], plain, {})
    (folder / "out/person.mjs").write_text((folder / "person.mjs").read_text())


def _insist(command: list[Path | str], folder: Path, more: dict[str, str]) -> None:
    done = subprocess.run(
        [str(node.NODE), *map(str, command)],
        cwd=folder,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        timeout=node.SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def run(programs: Path) -> Run:
    def run(which: str, **facts: str) -> Json:
        """What came of one of the tries."""
        done = subprocess.run(
            [str(node.NODE), str(programs / "tries.js"), which, json.dumps(facts)],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        assert done.returncode == 0, done.stderr
        found: Json = json.loads(done.stdout)
        return found

    return run


@pytest.fixture
def site(transactional_db: None, live_server: LiveServer) -> str:
    return live_server.url


@pytest.fixture
def alice(transactional_db: None) -> User:
    return person("alice@example.com")


@pytest.fixture
def worker(site: str) -> Iterator[Worker]:
    """Who answers, and sends letters."""
    made = Worker()
    made.start()
    yield made
    made.stop()
