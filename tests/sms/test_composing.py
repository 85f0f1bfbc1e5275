"""What holds of every text, whatever is in it."""

from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from apps.sms.composer import MORE, count, fit, harmless, plain
from apps.sms.keywords import is_command

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f466"
WORDS = st.sampled_from(
    [
        *"ab.,!?*_`#|-~[]()^{€éçêя²½° \n\u3000",
        FAMILY,
        "🇩🇪",
        "🇫🇷",
        "👍🏽",
        "1\ufe0f\u20e3",
    ]
    + ["e\u0301", "क्षि", "\u0301", "\u200d", "\ufe0f", "**", "snake_case", "STOP"]
    + ["| a | b |\n|---|---|\n", "[a](https://x.org/_b_)", "```\n", "a sentence. "]
)
TEXTS = st.lists(WORDS, max_size=400).map("".join) | st.text(max_size=400)
# Left to themselves lists stay short, and nothing would have to be cut.
LONG = st.lists(WORDS, min_size=80, max_size=400).map("".join)
LIMITS = st.integers(1, 5)
# A busy machine is no defect.
patient = settings(deadline=None)

# 3GPP TS 23.038, 6.2.1 and 6.2.1.1, by code: row by row of the tables.
DEFAULT = (
    [0x40, 0xA3, 0x24, 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, 0x0A, 0xD8, 0xF8]
    + [0x0D, 0xC5, 0xE5, 0x394, 0x5F, 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8]
    + [0x3A3, 0x398, 0x39E, 0xC6, 0xE6, 0xDF, 0xC9, 0x20, 0x21, 0x22, 0x23, 0xA4]
    + [*range(0x25, 0x40), 0xA1, *range(0x41, 0x5B), 0xC4, 0xD6, 0xD1, 0xDC, 0xA7]
    + [0xBF, *range(0x61, 0x7B), 0xE4, 0xF6, 0xF1, 0xFC, 0xE0]
)
EXTENSION = [0x0C, 0x5E, 0x7B, 0x7D, 0x5C, 0x5B, 0x7E, 0x5D, 0x7C, 0x20AC]


def counted(text: str) -> tuple[str, int]:
    """Encoded for real, then dealt out to segments."""
    codes = [ord(char) for char in text]
    if {*codes} <= {*DEFAULT, *EXTENSION}:
        encoding, whole, part = "GSM-7", 160, 153
        coded = [b"\x1bx" if code in EXTENSION else b"x" for code in codes]
    else:
        encoding, whole, part = "UCS-2", 140, 134
        coded = [char.encode("utf-16-be") for char in text]
    if len(b"".join(coded)) <= whole:
        return encoding, 1
    parts = [b""]
    for each in coded:
        if len(parts[-1] + each) > part:
            parts.append(b"")
        parts[-1] += each
    return encoding, len(parts)


def test_the_second_counter_knows_the_whole_table() -> None:
    # 128 places, of which one is the escape to the extension.
    assert len(set(DEFAULT)) == len(DEFAULT) == 127
    assert len(set(EXTENSION)) == 10


@patient
@given(TEXTS | LONG)
def test_counting_agrees_with_a_second_counter(text: str) -> None:
    size = count(text)
    assert (size.encoding, size.segments) == counted(text)


@patient
@given(TEXTS | LONG)
def test_plain_twice_is_plain_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@patient
@given(TEXTS | LONG, LIMITS)
def test_what_is_fitted_never_exceeds_its_limit(text: str, segments: int) -> None:
    first, _ = fit(text, segments)
    assert counted(first)[1] <= segments


@patient
@given(TEXTS | LONG, LIMITS)
def test_no_word_is_lost_at_a_cut(text: str, segments: int) -> None:
    first, rest = fit(text, segments)
    kept = first.removesuffix(MORE) if rest else first
    whole = plain(text)
    assert whole.startswith(kept) and whole.endswith(rest)
    assert not whole[len(kept) : len(whole) - len(rest)].strip()


@patient
@given(TEXTS | LONG, LIMITS)
def test_no_cut_is_inside_of_what_people_see_as_one(text: str, segments: int) -> None:
    first, rest = fit(text, segments)
    if not rest:
        return
    whole, edges, at = plain(text), {0}, 0
    for each in iter_graphemes(whole):
        # A heap of marks larger than a text has to be cut somewhere.
        is_heap = count(each + MORE).segments > segments
        edges |= {*range(at, at + len(each))} if is_heap else set()
        at += len(each)
        edges.add(at)
    assert {len(first.removesuffix(MORE)), len(whole) - len(rest)} <= edges


@given(TEXTS)
def test_no_whole_text_is_a_command(text: str) -> None:
    assert not is_command(harmless(plain(text)))


@given(st.lists(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True), min_size=1))
def test_words_of_any_markdown_stay(words: list[str]) -> None:
    marks = ["**{}**", "_{}_", "`{}`", "# {}", "* {}", "~~{}~~", "***{}***", "{}_x"]
    said = [marks[i % len(marks)].format(word) for i, word in enumerate(words)]
    kept = plain("\n".join(said)).replace("'", "").replace("- ", "").split()
    assert [word.removesuffix("_x") for word in kept] == words
