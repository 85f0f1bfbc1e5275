"""Conversations as files: what people text, and what they get.

A conversation begins with a title after "#", on Monday 23 November 2026 at 9:00 in New
York, with a person who has nothing yet. "> " is a text, "< " a line of the reply to it; a
"*" in it stands for anything. "<* " is what the whole of a reply has, on one line and
whatever its capitals. "@ 2h" or "@ 3d 10m" moves the clock on, and what comes due
meanwhile is texted: "! " is a line of that. Texts of one turn stand under each other.
"% es" before the first title is the language of all persons of the page; "% as Bob" hands
the phone to Bob, bob@example.com, and "% as Alice" back.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from apps.accounts import profile
from apps.assistant import briefs, reminders
from apps.core.kinds import Queue
from apps.jobs import leases, runner
from apps.sms import composer
from apps.sms.models import OutboundText
from tests.assistant.conftest import Phone
from tests.assistant.sharing import proven
from tests.factories import PhoneNumberFactory, UserFactory

FOLDER = Path(__file__).parent / "golden"
WHOLE = "\0"
UNITS = {"m": "minutes", "h": "hours", "d": "days", "s": "seconds"}


def conversations(folder: Path) -> Iterator[tuple[str, list[str]]]:
    for page in sorted(folder.glob("*.txt")):
        title, lines, head = "", list[str](), list[str]()
        for line in [*page.read_text().splitlines(), "# "]:
            if not line.startswith("# "):
                lines += [line] if line.strip() else []
                continue
            if title:
                yield f"{page.stem}: {title}", [*head, *lines]
            else:
                head = lines
            title, lines = line[2:].strip(), []


def steps(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Runs of lines that begin alike: (">", texts), ("<", reply), ("@", waits), …"""
    for line in lines:
        sign, words = line[0], line[2:]
        if line[1:3] == "* ":
            words = WHOLE + line[3:]
        if sign not in "><@!%":
            raise ValueError(f"what is this: {line}")
        yield sign, [words]


def play(phone: Phone, clock: time_machine.Traveller, lines: list[str]) -> None:
    waiting: list[str] = []
    said: list[str] = []
    people = {phone.user.name: phone}
    for sign, (words,) in steps(lines):
        if sign == "%" and words.startswith("as "):
            assert not said, f"nobody expected {said}"
            name = words.removeprefix("as ")
            phone = people[name] = people.get(name) or _another(phone, name)
            continue
        if sign == "%":
            profile.change(user=phone.user, locale=words)
            continue
        if sign == ">":
            waiting.append(words)
            continue
        if waiting:
            assert not said, f"nobody expected {said}"
            reply = phone.text(*waiting)
            size = composer.count(reply)
            assert size.encoding == "GSM-7", reply
            said, waiting = reply.splitlines(), []
        if sign == "@":
            assert not said, f"nobody expected {said}"
            said = _later(phone, clock, words)
            continue
        assert said, f"expected {words!r} after everything was said"
        if words.startswith(WHOLE):
            told, said = " ".join(said), []
            wanted = words.removeprefix(WHOLE).strip()
            assert _fits(
                wanted.casefold(), told.casefold()
            ), f"{told!r} is not {words!r}"
            continue
        assert _fits(words, said[0]), f"{said[0]!r} is not {words!r}"
        said = said[1:]
    assert not waiting and not said, f"left: {waiting or said}"


def _another(phone: Phone, name: str) -> Phone:
    """In the same place, of the same language."""
    made = UserFactory.create(
        name=name,
        email=f"{name.lower()}@example.com",
        timezone=phone.user.timezone,
        locale=phone.user.locale,
    )
    proven(made)
    return Phone(made)


def _later(phone: Phone, clock: time_machine.Traveller, words: str) -> list[str]:
    """What is texted by itself meanwhile."""
    seen = OutboundText.objects.count()
    for amount, unit in re.findall(r"(\d+)([smhd])", words):
        clock.shift(timedelta(**{UNITS[unit]: int(amount)}))
    reminders.fire_due(timezone.now())
    briefs.fire_due(timezone.now())
    while (lease := leases.claim(Queue.DEFAULT)) is not None:
        runner.run(lease)
    texts = OutboundText.objects.filter(user=phone.user).order_by("pk")[seen:]
    return [line for text in texts for line in text.body.splitlines()]


def _fits(expected: str, said: str) -> bool:
    pattern = ".*".join(map(re.escape, expected.split("*")))
    return re.fullmatch(pattern, said) is not None


# What somebody wrote who had read the README alone is in a folder of its own.
ALL = [
    *conversations(FOLDER),
    *conversations(FOLDER / "es"),
    *conversations(FOLDER / "newcomer"),
]


@pytest.mark.parametrize(("title", "lines"), ALL, ids=[title for title, _ in ALL])
def test_it_goes_as_written(
    alice: Phone, clock: time_machine.Traveller, title: str, lines: list[str]
) -> None:
    PhoneNumberFactory.create(user=alice.user, e164="+12025550101")
    play(alice, clock, lines)


def test_no_title_is_there_twice() -> None:
    titles = [title for title, _ in ALL]
    assert len(titles) == len({*titles}) > 90
