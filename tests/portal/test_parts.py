"""A long list in parts: no row twice, none left out, and no part that is not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import Invalid
from apps.portal import parts


@given(count=st.integers(0, 40), most=st.integers(1, 12))
def test_from_part_to_part_every_row_comes_once(count: int, most: int) -> None:
    rows, asked = list(range(count)), {"q": "a b", "from": "0"}
    found: list[int] = []
    while True:
        part = parts.of(rows, asked, here="/app/memory/", most=most)
        assert (part.begin == 0) == (part.first == "")
        assert part.count == count and part.end - part.begin == len(part.rows)
        found += part.rows
        if not part.later:
            break
        assert part.later == f"/app/memory/?q=a+b&from={part.end}"
        asked["from"] = str(part.end)
    assert found == rows


def test_where_so_much_is_not_there_any_more_the_last_part_is_shown() -> None:
    part = parts.of(range(7), {"from": "9"}, here="/", most=3)
    assert ([*part.rows], part.first, part.later) == ([6], "/", "")
    part = parts.of(range(6), {"from": "6"}, here="/", most=3)
    assert [*part.rows] == [3, 4, 5]
    assert parts.of([], {"from": "6"}, here="/").begin == 0


@pytest.mark.parametrize("said", ["-1", "x", "", "1.5", "٣", "9999999", "9" * 5_000])
def test_what_is_no_place_is_refused(said: str) -> None:
    with pytest.raises(Invalid):
        parts.of([1], {"from": said}, here="/")
