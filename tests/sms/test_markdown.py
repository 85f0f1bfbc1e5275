"""Markdown becomes what a text can show, and people's own words stay theirs."""

import pytest

from apps.sms import keywords
from apps.sms.composer import fit, harmless, literal, plain


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("# Today\n\n## Lunch ##\nSoup", "Today\n\nLunch\nSoup"),
        (
            "**Bold**, *slanted*, __both__, _one_, ***all***.",
            "Bold, slanted, both, one, all.",
        ),
        ("**a _nested_ mark** and ~~gone~~", "a nested mark and gone"),
        ("这是**重点**内容", "这是重点内容"),
        ("* milk\n* eggs\n  * six", "- milk\n- eggs\n  - six"),
        ("See [the page](https://x.org/a_(b)).", "See the page (https://x.org/a_(b))."),
        ("[https://x.org](https://x.org/)", "https://x.org/"),
        ("[x.org](https://x.org)", "https://x.org"),
        ("<https://x.org/_a_>", "https://x.org/_a_"),
        ("[Ana](mailto:ana@x.org)", "Ana (ana@x.org)"),
        ("![A cat](https://x.org/cat.png)", "A cat (https://x.org/cat.png)"),
        ("Do:\n```python\na = b * c * d\n```\nDone", "Do:\na = b * c * d\nDone"),
        ("`run`", "'run'"),
        (
            "| Day | Sky |\n|:----|----:|\n| Mon | sun |\n| Tue | |\nEnd",
            "Day, Sky\nMon, sun\nTue\nEnd",
        ),
    ],
)
def test_markdown_is_made_plain(written: str, shown: str) -> None:
    assert plain(written) == shown


@pytest.mark.parametrize(
    "words",
    [
        "2 * 3 * 4 and 2**3**4",
        "snake_case, a_b_c and file_name_",
        "https://x.org/_a_/b?q=_c_&d=*e*",
        "*.py and *.txt",
        "5* and 4* hotels",
        "[1](2) and a[0](x)",
        "#1 of 3, C# and F#",
        "a | b\n- | -",
        "* * *",
        "sign here: _____",
        "¡Hola! *_*",
        "- one\n- two",
        "1. one\n2. two",
    ],
)
def test_what_people_mean_as_it_stands_is_left_alone(words: str) -> None:
    assert plain(words) == words


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("20\u00b0C, turn 90\u00b0", "20 C, turn 90 deg"),
        ("10\u00b2 m\u00b2", "10^2 m^2"),
        ("1\u00bd cups, \u00bc l", "1 1/2 cups, 1/4 l"),
        ("\u0153uf \u00ab ici \u00bb", 'oeuf " ici "'),
        ("1\ufe0f\u20e3 Milk", "1 Milk"),
        ("a \u2192 b\u2122", "a -> bTM"),
        ("20\u00b0 \U0001f642", "20\u00b0 \U0001f642"),
    ],
)
def test_transliteration_keeps_the_sense(written: str, shown: str) -> None:
    assert plain(written) == shown


WORDS = sorted(
    keywords.STOP_WORDS | keywords.START_WORDS | keywords.HELP_WORDS | {"yes"}
)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("look", ["{}", " {}. ", "**{}**", '"{}"', "{}!\n"])
def test_a_text_that_is_a_command_is_worded_around(word: str, look: str) -> None:
    for said in (word, word.upper()):
        made = harmless(plain(look.format(said)))
        assert made.startswith('It says "') and said in made
        assert harmless(made) == made


def test_other_texts_are_left_as_they_are() -> None:
    assert harmless("Stop the timer") == "Stop the timer"
    assert harmless("Opt out") == 'It says "Opt out".'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Reply CANCEL to drop it.", ["cancel"]),
        ('Text "stop" when you are done', ["stop"]),
        ("Reply with the word END.", ["end"]),
        ("Send 1, 2 or QUIT.", ["quit"]),
        ("text help to hear more", ["help"]),
        ("Text info.", ["info"]),
        ("Text ? to see what I can do.", []),
        ("Say delete 2 to cancel the second.", []),
        ("I will send help to Ana", []),
        ("Reply with a number, or MORE.", []),
        ("Your subscription will end. Reply 1.", []),
    ],
)
def test_advice_to_send_a_word_of_the_carrier_is_found(
    text: str, found: list[str]
) -> None:
    assert keywords.advised(text) == found


@pytest.mark.parametrize(
    "words",
    [
        "buy *abc*",
        "**now**",
        "_a_ and __init__",
        "# 5 and ~~no~~",
        "[x](https://x.org)",
    ],
)
def test_what_a_person_wrote_is_said_as_they_wrote_it(words: str) -> None:
    said = f"Reminder set: {words}, tomorrow at 9 AM."
    assert literal(said) == said != plain(said)
    assert fit(said) == (said, "")


def test_all_else_is_made_plain_in_it_too() -> None:
    assert literal("\u201c*caf\u00e7*\u201d\x07") == '"*cafc*"'
