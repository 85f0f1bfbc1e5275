"""Conversations of a person whose accounts are connected, as files.

Written like those of test_golden.py; in the accounts is what the simulator has for the
demo's Alice.
"""

import pytest
import time_machine

from tests.assistant import elsewhere, test_golden
from tests.assistant.conftest import Phone
from tests.integrations.servers import Simulator

# Whose account a page is about.
PROVIDERS = {
    "calendar": "google",
    "mail": "google",
    "pages": "notion",
    "videos": "youtube",
    "calendario": "google",
    "correo": "google",
    "paginas": "notion",
}
ELSEWHERE = test_golden.FOLDER / "elsewhere"
ALL = [
    *test_golden.conversations(ELSEWHERE),
    *test_golden.conversations(ELSEWHERE / "es"),
]


@pytest.mark.parametrize(("title", "lines"), ALL, ids=[title for title, _ in ALL])
def test_it_goes_as_written(
    alice: Phone,
    providers: Simulator,
    clock: time_machine.Traveller,
    title: str,
    lines: list[str],
) -> None:
    elsewhere.set_back(providers)
    elsewhere.connected(alice, providers, PROVIDERS[title.partition(":")[0]])
    test_golden.play(alice, clock, lines)
