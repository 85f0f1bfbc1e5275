"""The catalogues are what pages and code say, whole in every language."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from django.conf import settings

from config import messages

LANGUAGES = messages.languages()
TEMPLATES = Path(settings.BASE_DIR) / "templates"
# Written in English alone: for operators.
OPERATORS = {"week"}
# The sheet around every letter, whose words are in the catalogue.
SHEET = {"_letter"}
# To a number that is nobody's.
STRANGERS = {"guidance"}
_FILLED_IN = re.compile(r"\{[{%]-?.*?[}%]\}")


def test_every_language_that_is_offered_has_a_catalogue() -> None:
    assert {"en", *LANGUAGES} == set(settings.PAGE_LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_what_is_said_and_nothing_else(language: str) -> None:
    """`make messages` brings it up to date."""
    kept, text = messages.read(language)
    wanted = messages.merged(language, messages.extracted(), kept)
    assert text == messages.written(wanted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_in_all_its_forms(language: str) -> None:
    kept, _ = messages.read(language)
    sentences = [each for each in kept if each.id]
    assert len(sentences) > 1000
    assert [each.id for each in sentences if not messages.is_whole(each.string)] == []
    assert [each.id for each in sentences if each.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_filled_in_at_the_same_places(language: str) -> None:
    kept, _ = messages.read(language)
    wrong = []
    for each in kept:
        if not each.id:
            continue
        ids = [each.id] if isinstance(each.id, str) else list(each.id)
        said = (
            [each.string] if isinstance(each.string, str) else list(each.string or ())
        )
        # "One text" may be said without its number, and more forms than two of many.
        wanted = [messages.places(ids[0]), messages.places(ids[-1])]
        wrong += [each.id for form in said if messages.places(form) not in wanted]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    kept, _ = messages.read(language)
    compiled = messages.source(language).with_suffix(".mo").read_bytes()
    assert compiled == messages.compiled(kept)
    found = read_mo(io.BytesIO(compiled))
    assert len(found) == len(kept)


@pytest.mark.parametrize("folder", ["letters", "texts"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_and_texts_have_a_file_in_each_language(
    folder: str, language: str
) -> None:
    """Which says the same facts."""
    english = {each.stem: each for each in (TEMPLATES / folder).glob("*.txt")}
    theirs = {each.stem: each for each in (TEMPLATES / folder / language).glob("*.txt")}
    assert english.keys() - theirs.keys() <= OPERATORS | SHEET | STRANGERS
    assert theirs.keys() <= english.keys()
    for name, path in theirs.items():
        assert _facts(path, language) == _facts(english[name], language), name


def _facts(path: Path, language: str) -> list[str]:
    """What is filled in, and under which conditions."""
    text = path.read_text().replace(f"/{language}/", "/")
    found = _FILLED_IN.findall(text)
    return sorted(
        re.sub(r"\{% translate (\w+) %\}", r"{{ \1 }}", each) for each in found
    )
