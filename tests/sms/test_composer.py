"""What a text costs, and how an answer is made to fit."""

import random

import pytest

from apps.sms.composer import MORE, count, fit, plain


@pytest.mark.parametrize(
    ("text", "encoding", "segments"),
    [
        ("", "GSM-7", 1),
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("a" * 306, "GSM-7", 2),
        ("a" * 307, "GSM-7", 3),
        ("a" * 1600, "GSM-7", 11),
        ("a" * 159 + "€", "GSM-7", 2),
        ("{" * 80, "GSM-7", 1),
        ("{" * 81, "GSM-7", 2),
        ("a" * 152 + "€" + "a" * 153, "GSM-7", 3),
        ("ê" * 70, "UCS-2", 1),
        ("ê" * 71, "UCS-2", 2),
        ("🙂" * 35, "UCS-2", 1),
        ("🙂" * 36, "UCS-2", 2),
        # The emoji does not fit into the last unit of the first segment.
        ("a" * 66 + "🙂" + "a" * 67, "UCS-2", 3),
        ("ç", "UCS-2", 1),
        ("Ç", "GSM-7", 1),
    ],
)
def test_segments_are_counted_as_twilio_counts(
    text: str, encoding: str, segments: int
) -> None:
    counted = count(text)
    assert (counted.encoding, counted.segments) == (encoding, segments)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("“Quoted” – it’s…", '"Quoted" - it\'s...'),
        ("a\u00a0b\tc`d", "a b c'd"),
        ("façade, naïve, café", "facade, naive, café"),
        ("  room  ", "room"),
        ("Привет “мир”", 'Привет "мир"'),
        ("zażółć", "zażółć"),
        ("nul\x00 byte", "nul byte"),
        ("\x1b[31mred\x1b[0m, \x07bell\x7f, c1\x9b", "[31mred[0m, bell, c1"),
        ("one\r\ntwo\tthree", "one\ntwo three"),
    ],
)
def test_typography_is_made_plain(text: str, made: str) -> None:
    assert plain(text) == made


def test_what_fits_is_left_alone() -> None:
    assert fit("Short.") == ("Short.", "")


def test_a_long_text_is_cut_after_a_sentence() -> None:
    sentence = "This is a sentence of some length. "
    first, rest = fit(sentence * 12)
    assert first.endswith("length." + MORE)
    assert count(first).segments == 2
    assert first.removesuffix(MORE) + " " + rest == (sentence * 12).strip()


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("segments", [1, 2, 4])
def test_every_cut_fits_and_loses_nothing(seed: int, segments: int) -> None:
    choose = random.Random(seed)
    alphabet = choose.choice(["ab .", "a€{ ", "🙂 a", "мир. ", "aaaaaaaa"])
    text = "".join(choose.choice(alphabet) for _ in range(choose.randint(1, 3000)))
    parts, rest = [], plain(text)
    while rest:
        part, rest = fit(rest, segments)
        assert count(part).segments <= segments
        parts.append(part.removesuffix(MORE))
        assert len(parts) < 200
    assert "".join("".join(parts).split()) == "".join(plain(text).split())


def test_a_joined_emoji_is_not_torn() -> None:
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f466"
    first, rest = fit(family * 40, 1)
    assert not rest.startswith("\u200d")
    assert not first.removesuffix(MORE).endswith("\u200d")
