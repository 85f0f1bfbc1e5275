"""Numbers are written in one way: on pages, in letters and by the assistant."""

import pytest
from django.utils.formats import number_format

from apps.assistant import figures, phrases
from apps.core import languages, numerals


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en", "1,234,567.5"),
        ("en-gb", "1,234,567.5"),
        ("es", "1.234.567,5"),
        ("es-mx", "1.234.567,5"),
        ("es-us", "1.234.567,5"),
    ],
)
def test_pages_write_as_the_assistant_does(locale: str, told: str) -> None:
    with languages.speaking(locale):
        assert numerals.shown("1,234,567.5") == told
        assert number_format(1234567.5, force_grouping=True) == told
    with phrases.spoken_in(locale.split("-")[0]):
        assert figures.shown("1,234,567.5") == told
        assert figures.plain(told) == "1234567.5"
