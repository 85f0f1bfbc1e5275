"""Every factor on the shelf keeps the same promises."""

import re

import pytest

from apps.accounts.models import User
from apps.core.errors import Invalid
from apps.mfa import factor
from apps.mfa.factor import Factor

FACTORS = factor.every()


@pytest.mark.parametrize("each", FACTORS, ids=lambda each: each.id)
class TestFactor:
    def test_its_word_fits_an_address(self, each: Factor) -> None:
        assert re.fullmatch("[a-z]{3,20}", each.id)
        assert factor.named(each.id) is each

    def test_it_says_what_it_is(self, each: Factor) -> None:
        assert each.name and each.words

    def test_somebody_new_has_none(self, each: Factor, alice: User) -> None:
        assert not each.is_enrolled(alice)
        assert each.device(alice) is None

    @pytest.mark.parametrize("typed", ["", "１２３４５６", "+12345", "x" * 10_000])
    def test_nonsense_is_refused_before_any_work(
        self, each: Factor, typed: str
    ) -> None:
        with pytest.raises(Invalid):
            each.tidied(typed)

    def test_what_can_be_guessed_is_counted(self, each: Factor) -> None:
        assert each.can_be_guessed == (each.tidied is factor.digits)


def test_their_words_are_all_different() -> None:
    assert len({each.id for each in FACTORS}) == len(FACTORS)


def test_recovery_codes_are_offered_last() -> None:
    assert [each.id for each in FACTORS][-1] == "recovery"


def test_an_unknown_factor_is_refused() -> None:
    with pytest.raises(Invalid):
        factor.named("smoke")
