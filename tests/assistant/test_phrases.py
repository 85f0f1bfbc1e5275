"""The words of a language: plain, complete, and cheap to send."""

import re
from pathlib import Path

import pytest

from apps import assistant
from apps.assistant import commands, phrases
from apps.sms import composer

SAY: dict[str, str] = phrases.page("replies")["say"]
# Says how to stop texts, to whoever asks for that in other words.
ASKED_TO_STOP = "stop"
SOURCE = Path(assistant.__file__).parent


@pytest.mark.parametrize("key", SAY)
def test_a_reply_is_calm_and_fits_one_plain_text(key: str) -> None:
    sentence = re.sub(r"\{\w+\}", "", SAY[key])
    size = composer.count(sentence)
    assert (size.encoding, size.segments) == ("GSM-7", 1)
    assert "!" not in sentence


@pytest.mark.parametrize(
    "word", ["STOP", "START", "HELP(?! REM)", "CANCEL", "INFO", "END"]
)
def test_no_reply_tells_people_to_text_a_word_of_the_carrier(word: str) -> None:
    said = {key: words for key, words in SAY.items() if key != ASKED_TO_STOP}
    assert not [key for key in said if re.search(rf"(?i)\b{word}\b", said[key])]


@pytest.mark.parametrize("key", SAY)
def test_every_reply_is_used(key: str) -> None:
    sources = [page.read_text() for page in SOURCE.rglob("*.py")]
    data = (SOURCE / "phrases/en/commands.toml").read_text()
    topics = phrases.page("replies")["topics"]
    used = any(f'"{key}"' in source for source in [*sources, data])
    assert used or key in topics


def test_every_template_compiles_and_matches_itself_without_slots() -> None:
    for entry in phrases.page("commands")["command"]:
        for says in entry["says"]:
            if not re.search(r"[\[({?|]", says):
                assert commands.compiled(says).fullmatch(says)
