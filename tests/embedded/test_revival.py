"""A server that dies and starts again, with any program in the place of ours."""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.embedded import CannotStart
from config.embedded.folder import Folder
from config.embedded.revival import Revival
from config.embedded.server import Server
from tests.embedded.watching import until

LEAVING = "the one before is leaving"


class Scripted(Server):
    """Each launch runs the next script; the last one again and again."""

    label = "The server"
    name = "scripted"
    variable = "SCRIPTED_URL"
    stop_signal = signal.SIGTERM
    url = ""

    def play(self, *scripts: str) -> None:
        self._scripts = list(scripts)
        self.home.mkdir(exist_ok=True)

    def command(self) -> list[str]:
        script = self._scripts.pop(0) if self._scripts[1:] else self._scripts[0]
        return [sys.executable, "-c", script]

    def answers(self) -> bool:
        return "up" in self._words()

    def is_in_its_own_way(self) -> bool:
        return LEAVING in self._words()


DIES = "raise SystemExit(3)"
FINDS_THE_OTHER = f"print({LEAVING!r})"
LIVES = "import signal; print('up', flush=True); signal.pause()"


@pytest.fixture
def server(folder: Path) -> Iterator[Scripted]:
    with (place := Folder(folder)).lock() as lock:
        yield Scripted(place, "test", lock)


def tended(revival: Revival, claim: Callable[[], bool]) -> Callable[[], bool]:
    def look() -> bool:
        revival.tend()
        return claim()

    return look


def test_a_start_that_finds_the_one_before_is_no_death(server: Scripted) -> None:
    server.play(DIES, *[FINDS_THE_OTHER] * 5, LIVES)
    server.launch()
    said: list[str] = []
    until(tended(Revival(server, said.append), lambda: "works again" in said))
    assert said == ["ended with exit code 3; starts again in 0.2 s", "works again"]
    server.stop()


def test_the_fifth_death_ends_it_with_a_sentence(server: Scripted) -> None:
    server.play(DIES)
    server.launch()
    said: list[str] = []
    revival = Revival(server, said.append)
    with pytest.raises(CannotStart, match="The server died 5 times within a minute"):
        until(tended(revival, lambda: False))
    assert said == [
        f"ended with exit code 3; starts again in {delay} s"
        for delay in ("0.2", "0.4", "0.8", "1.6")
    ]
