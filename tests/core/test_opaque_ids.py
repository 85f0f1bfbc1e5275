"""A number that counts is not told: neither how many there are nor which comes next."""

import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from apps.core import opaque
from apps.core.errors import NotFound
from apps.core.models import OpaqueKey
from apps.sms.models import InboundText, OutboundText, Turn

pytestmark = pytest.mark.django_db
NUMBERS = st.integers(min_value=0, max_value=2**63 - 1)


@given(number=NUMBERS)
def test_what_is_named_is_found_by_its_name(number: int) -> None:
    said = opaque.name(Turn, number)
    assert len(said) == 32 and opaque.number(Turn, said) == number
    assert said == opaque.name(Turn, number)


def test_names_of_neighbours_have_nothing_in_common() -> None:
    names = [opaque.name(Turn, number) for number in range(1000)]
    assert len({*names}) == 1000
    # Not even in what they begin with or end in: one of 64 each, but for chance.
    for place in (0, 1, 15, 30, 31):
        assert len({name[place] for name in names}) > 50
    assert names != sorted(names)


@given(number=NUMBERS, place=st.integers(0, 31), letter=st.sampled_from("aZ0_-"))
def test_no_other_name_can_be_made_up(number: int, place: int, letter: str) -> None:
    said = opaque.name(Turn, number)
    other = said[:place] + letter + said[place + 1 :]
    if other != said:
        with pytest.raises(NotFound):
            opaque.number(Turn, other)


@pytest.mark.parametrize("said", ["", "1", "in-5", "x" * 32, "²", "\0", "=" * 32, "ñ"])
def test_what_is_no_name_is_not_found(said: str) -> None:
    with pytest.raises(NotFound):
        opaque.number(Turn, said)


def test_a_name_is_of_its_kind_alone() -> None:
    said = opaque.name(InboundText, 5)
    with pytest.raises(NotFound):
        opaque.number(OutboundText, said)
    # Nor are words a number, or a number words.
    with pytest.raises(opaque.Unopened):
        opaque.opened(InboundText._meta.label_lower, said)
    with pytest.raises(NotFound):
        opaque.number(InboundText, opaque.sealed("sms.inboundtext", "12345678"))


def test_it_is_named_the_same_under_another_ring(settings: Any) -> None:
    said = opaque.name(Turn, 5)
    settings.FIELD_ENCRYPTION_KEYS = f"k9:{'A' * 43}="
    opaque.key.cache_clear()
    assert opaque.name(Turn, 5) == said


@pytest.mark.django_db(transaction=True)
def test_every_process_names_it_the_same() -> None:
    assert len(OpaqueKey.objects.get().key) == 32
    words = "import django; django.setup(); from apps.core import opaque;"
    name = settings.DATABASES["default"]["NAME"]
    words += (
        f" from django.db import connection as c; c.settings_dict['NAME'] = {name!r};"
    )
    words += " from apps.sms.models import Turn; print(opaque.name(Turn, 5))"
    told = subprocess.run(
        [sys.executable, "-c", words],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert told.stdout.strip() == opaque.name(Turn, 5)
