"""The words of a language: plain, complete, and cheap to send."""

import re
from pathlib import Path

import pytest

from apps import assistant
from apps.assistant import commands, phrases
from apps.sms import composer, keywords

SAY: dict[str, str] = phrases.words().say
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
def test_no_reply_is_or_advises_a_command_to_the_carrier(key: str) -> None:
    assert not keywords.is_command(SAY[key])
    assert bool(keywords.advised(SAY[key])) == (key == ASKED_TO_STOP)


def test_of_the_texts_only_the_first_to_a_stranger_names_stop() -> None:
    texts = (SOURCE.parents[1] / "templates/texts").glob("*.txt")
    told = {page.name: keywords.advised(page.read_text()) for page in texts}
    assert {name: words for name, words in told.items() if words} == {
        "guidance.txt": ["stop"]
    }


@pytest.mark.parametrize("key", SAY)
def test_every_reply_is_used(key: str) -> None:
    sources = [page.read_text() for page in SOURCE.rglob("*.py")]
    data = "".join(p.read_text() for p in (SOURCE / "phrases/en").glob("*.toml"))
    topics = phrases.words().topics
    used = any(f'"{key}"' in source for source in [*sources, data])
    assert used or key in topics


def test_every_template_compiles_and_matches_itself_without_slots() -> None:
    for entry in phrases.words().commands:
        for says in entry["says"]:
            if not re.search(r"[\[({?|]", says):
                assert commands.compiled(says).fullmatch(says)
