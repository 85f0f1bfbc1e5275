"""Accents and capitals are left out by phones, and change no place of any letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.assistant.phrases import folded
from tests.assistant.conftest import Phone


@pytest.mark.parametrize(
    ("said", "plain"),
    [("Mañana", "manana"), ("ÉCOLE", "ecole"), ("İ", "i"), ("ß", "ß"), ("각", "각")],
)
def test_folded(said: str, plain: str) -> None:
    assert folded(said) == plain


@given(st.text())
def test_a_letter_stays_one(text: str) -> None:
    assert len(folded(text)) == len(text)


def test_words_of_the_person_keep_theirs(alice: Phone) -> None:
    said = alice.text("REMIND ME to buy Crème brûlée tomorrow at 9")
    assert said.startswith("Reminder set: buy Crème brulée, Tue 24 Nov, 9:00 AM.")
    assert alice.text("done creme").startswith("Done: buy Crème brul")
