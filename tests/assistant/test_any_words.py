"""Whatever words of time are put together: they are read, asked about, or refused."""

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.assistant import phrases, times
from apps.assistant.times import retold
from tests.assistant.test_repeat_phrases import PHRASES
from tests.assistant.test_spanish_times import PHRASES as SPANISH
from tests.assistant.test_time_phrases import NOW, ZONE

WORDS = """
every each day days other second third first last weekday weekend week weeks month
months year monday friday sat sundays tuesdays the of on at in for until till except but
not from to between and or starting this next rest 1st 2nd 31st 5 7 8 12 25 8am 8pm 9:30
20:00 10.5. 12/05 2026-12-01 2027 dec 29 feb january noon midnight tonight tomorrow
today yesterday morning evening night hour hours minutes half an a quarter daily weekly
monthly yearly hourly twice times 3 10 end eod est london , & - ;
""".split()


SPANISH_WORDS = """
cada todos los días día otro segundo tercer primer último laborable fin de semana mes
meses año años lunes viernes sáb domingos martes el la a las en para hasta excepto menos
desde del entre y o empezando próximo que viene 1 2 31 5 7 8 12 25 8am 8pm 9:30 20:00
10.5 12/05 2026-12-01 2027 dic 29 feb enero mediodía medianoche esta noche mañana hoy ayer
pasado tarde madrugada hora horas minutos media cuarto por diario semanal veces 3 10 fin
utc madrid , - ; primero
""".split()
KNOWN = {
    "en": (PHRASES, WORDS, "remind me {0} to call Ana"),
    "es": (SPANISH, SPANISH_WORDS, "recuérdame {0} llamar a Ana"),
}


@st.composite
def texts(draw: st.DrawFn, language: str) -> str:
    known, words, _ = KNOWN[language]
    first = draw(st.sampled_from(["", *(phrase for phrase, _ in known)]))
    return " ".join([first, *draw(st.lists(st.sampled_from(words), max_size=6))])


@settings(deadline=None, max_examples=500)
@given(text=texts("en"))
def test_nothing_breaks(text: str) -> None:
    check("en", text)


@settings(deadline=None, max_examples=500)
@given(text=texts("es"))
def test_nothing_breaks_in_spanish(text: str) -> None:
    with phrases.spoken_in("es"):
        check("es", text)


def check(language: str, text: str) -> None:
    split = times.split(KNOWN[language][2].format(text))
    for phrase in (text, split.phrase):
        outcome = times.read(phrase, now=NOW, zone=ZONE)
        if not isinstance(outcome, times.Repeats):
            continue
        for rule in outcome.rules:
            assert rule.next_after(NOW)
            exact = retold.exact(rule, now=NOW)
            assert times.read(exact, now=NOW, zone=ZONE) == times.Repeats((rule,))
