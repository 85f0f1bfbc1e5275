"""The words of each language: plain, complete, and cheap to send."""

import re
import string
import tomllib
from functools import cache
from pathlib import Path

import pytest

from apps import assistant
from apps.assistant import commands, phrases, templates, toolbox
from apps.assistant.times import vocabulary
from apps.sms import composer, keywords
from tests.factories import UserFactory

SOURCE = Path(assistant.__file__).parent
LANGUAGES = phrases.languages()


def own(language: str) -> phrases.Words:
    with phrases.spoken_in(language):
        return phrases.words()


SAY = [(each, key) for each in LANGUAGES for key in own(each).say]
# Says how to stop texts, to whoever asks for that in other words.
ASKED_TO_STOP = "stop"


def sentence(language: str, key: str) -> str:
    """As it is sent, without the words that are put in."""
    return composer.literal(re.sub(r"\{\w+\}", "", own(language).say[key]))


@cache
def pages(language: str) -> list[dict[str, dict[str, object]]]:
    """As they are written: nothing is taken over from English."""
    folder = SOURCE / "phrases" / language
    return [tomllib.loads(page.read_text()) for page in sorted(folder.glob("*.toml"))]


def written(language: str, section: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for page in pages(language):
        found |= page.get(section, {})
    return found


def places(said: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(said) if name}


@pytest.mark.parametrize(("language", "key"), SAY)
def test_a_reply_is_calm_and_fits_one_plain_text(language: str, key: str) -> None:
    said = sentence(language, key)
    size = composer.count(said)
    assert (size.encoding, size.segments) == ("GSM-7", 1)
    assert not {"!", "¡"} & {*said}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "word", ["STOP", "START", "HELP(?! REM)", "CANCEL", "INFO", "END"]
)
def test_no_reply_tells_people_to_text_a_word_of_the_carrier(
    language: str, word: str
) -> None:
    said = own(language).say
    found = [key for key in said if re.search(rf"(?i)\b{word}\b", said[key])]
    assert not {*found} - {ASKED_TO_STOP}


@pytest.mark.parametrize(("language", "key"), SAY)
def test_no_reply_is_or_advises_a_command_to_the_carrier(
    language: str, key: str
) -> None:
    said = own(language).say[key]
    assert not keywords.is_command(said)
    assert key == ASKED_TO_STOP or not keywords.advised(said)


def test_of_the_texts_only_the_first_to_a_stranger_names_stop() -> None:
    texts = (SOURCE.parents[1] / "templates/texts").glob("*.txt")
    told = {page.name: keywords.advised(page.read_text()) for page in texts}
    assert {name: words for name, words in told.items() if words} == {
        "guidance.txt": ["stop"]
    }


@cache
def source() -> str:
    """All of it: the modules, and the pages that name a reply."""
    files = [*SOURCE.rglob("*.py"), *(SOURCE / "phrases/en").glob("*.toml")]
    return "\n".join(file.read_text() for file in files)


@pytest.mark.parametrize("key", own("en").say)
def test_every_reply_is_used(key: str) -> None:
    assert f'"{key}"' in source() or key in phrases.words().topics


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_compiles_and_matches_itself_without_slots(
    language: str,
) -> None:
    with phrases.spoken_in(language):
        for entry in phrases.words().commands:
            for says in entry["says"]:
                pattern = templates.compiled(says)
                if not re.search(r"[\[({?|]", says):
                    assert pattern.fullmatch(says)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_command_is_likely_by_each_way_to_say_it(language: str) -> None:
    with phrases.spoken_in(language):
        for command in commands.every():
            for says in command.says:
                for said in ways(says):
                    assert command in commands._likely(said), (says, said)


@pytest.mark.parametrize(
    "said", ["remind me to call Ana tomorrow at 9", "add milk", "qwertz"]
)
def test_few_commands_are_likely(said: str) -> None:
    assert 0 < len(commands._likely(said)) < len(commands.every()) / 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_all_that_english_says(language: str) -> None:
    for section in ("say", "tools", "topics"):
        assert written(language, section).keys() == written("en", section).keys()
    assert {*written(language, "answers")} == {*written("en", "answers")}
    for key, said in written("en", "say").items():
        assert places(str(written(language, "say")[key])) == places(str(said)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_tool_that_has_words_in_english_has_some(language: str) -> None:
    def told(spoken: str) -> set[str]:
        return {entry["tool"] for entry in own(spoken).commands}

    assert told(language) == told("en")
    assert told(language) <= {tool.name for tool in toolbox.every()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_times_are_complete(language: str) -> None:
    english, other = vocabulary.of("en"), vocabulary.of(language)
    assert other.labels.keys() == english.labels.keys()
    assert {key: len(all_) for key, all_ in other.spoken.items()} == {
        key: len(all_) for key, all_ in english.spoken.items()
    }
    kinds = {pattern.kind for pattern in english.patterns} - {"dotted"}
    assert kinds <= {pattern.kind for pattern in other.patterns}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_say_stands_as_it_is_compared(language: str) -> None:
    words = own(language)
    heard = [said for entry in words.commands for said in entry["says"]]
    heard += [said for entry in words.courtesy for said in entry["words"]]
    for key, told in words.answers.items():
        if isinstance(told, list):
            heard += told
        elif key in ("lists", "units_of_measure", "providers", "features", "spans"):
            heard += [said for each in told.values() for said in each]
    heard += [key for key in words.answers["places"]]
    page = phrases.times(language)
    heard += [entry["match"] for entry in page["pattern"]]
    for name, table in page.items():
        if name not in ("pattern", "spoken", "around", "parts_of_patterns"):
            heard += [
                w for each in table.values() if isinstance(each, list) for w in each
            ]
    assert [said for said in heard if _accented(said)] == []


def _accented(said: str) -> bool:
    return said.lower() != phrases.folded(said)


def test_what_a_language_lacks_is_said_in_english() -> None:
    lacking = phrases.Words(say={"bye": "Hasta luego."}, answers={"and": ["y"]})
    words = phrases.completed(lacking)
    assert words.say == {**own("en").say, "bye": "Hasta luego."}
    assert words.answers["and"] == ["y"]
    assert words.answers["or"] == ["or"]
    assert words.tools == own("en").tools


@pytest.mark.parametrize(
    ("locale", "language"),
    [("es", "es"), ("es-mx", "es"), ("en", "en"), ("en-gb", "en"), ("fr", "en")],
)
def test_whose_language_is_not_spoken_is_spoken_to_in_english(
    locale: str, language: str
) -> None:
    assert phrases.of(UserFactory.build(locale=locale)) == language


def ways(template: str) -> list[str]:
    """Texts of a template: each alternative of a group once, without what may be left
    out; commas and colons where they may stand."""
    said = [""]
    for item in templates.ITEM.findall(template):
        if item[0] == "[":
            continue
        either = item[1:-1].split("|") if item[0] == "(" else [item]
        either = [re.sub(r"\{\w+\}", "words", each) for each in either]
        # One that differs from the last text in this item alone.
        said = [f"{s} {either[0]}" for s in said] + [
            f"{said[0]}{apart}{each}" for each in either[1:] for apart in (" ", ", ")
        ]
    return [each.strip() for each in said]
