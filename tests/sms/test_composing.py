"""What holds of every text, whatever is in it."""

from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from apps.sms.composer import MORE, count, fit, harmless, literal, plain
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


@patient
@given(TEXTS | LONG)
def test_plain_twice_is_plain_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert literal(literal(text)) == literal(text)


@patient
@given(TEXTS | LONG, LIMITS)
def test_what_is_fitted_never_exceeds_its_limit(text: str, segments: int) -> None:
    first, _ = fit(text, segments)
    assert count(first).segments <= segments


@patient
@given(TEXTS | LONG, LIMITS)
def test_no_word_is_lost_at_a_cut(text: str, segments: int) -> None:
    first, rest = fit(text, segments)
    kept = first.removesuffix(MORE) if rest else first
    whole = literal(text)
    assert whole.startswith(kept) and whole.endswith(rest)
    assert not whole[len(kept) : len(whole) - len(rest)].strip()


@patient
@given(TEXTS | LONG, LIMITS)
def test_no_cut_is_inside_of_what_people_see_as_one(text: str, segments: int) -> None:
    first, rest = fit(text, segments)
    if not rest:
        return
    whole, edges, at = literal(text), {0}, 0
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
    assert not is_command(harmless(literal(text)))


@given(st.lists(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True), min_size=1))
def test_words_of_any_markdown_stay(words: list[str]) -> None:
    marks = ["**{}**", "_{}_", "`{}`", "# {}", "* {}", "~~{}~~", "***{}***", "{}_x"]
    said = [marks[i % len(marks)].format(word) for i, word in enumerate(words)]
    kept = plain("\n".join(said)).replace("'", "").replace("- ", "").split()
    assert [word.removesuffix("_x") for word in kept] == words
