"""Whatever words of time are put together: they are read, asked about, or refused."""

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.assistant import times
from apps.assistant.times import retold
from tests.assistant.test_repeat_phrases import PHRASES
from tests.assistant.test_time_phrases import NOW, ZONE

WORDS = """
every each day days other second third first last weekday weekend week weeks month
months year monday friday sat sundays tuesdays the of on at in for until till except but
not from to between and or starting this next rest 1st 2nd 31st 5 7 8 12 25 8am 8pm 9:30
20:00 10.5. 12/05 2026-12-01 2027 dec 29 feb january noon midnight tonight tomorrow
today yesterday morning evening night hour hours minutes half an a quarter daily weekly
monthly yearly hourly twice times 3 10 end eod est london , & - ;
""".split()


@settings(deadline=None, max_examples=500)
@given(
    st.sampled_from(["", *(phrase for phrase, _ in PHRASES)]),
    st.lists(st.sampled_from(WORDS), max_size=6),
)
def test_nothing_breaks(known: str, words: list[str]) -> None:
    text = " ".join([known, *words])
    split = times.split(f"remind me {text} to call Ana")
    for phrase in (text, split.phrase):
        outcome = times.read(phrase, now=NOW, zone=ZONE)
        if not isinstance(outcome, times.Repeats):
            continue
        for rule in outcome.rules:
            assert rule.next_after(NOW)
            exact = retold.exact(rule, now=NOW)
            assert times.read(exact, now=NOW, zone=ZONE) == times.Repeats((rule,))
