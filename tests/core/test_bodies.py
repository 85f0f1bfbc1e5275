"""What is no sound JSON is refused before anything works on it, and never echoed."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.core import bodies
from apps.core.errors import Invalid

LOGIN = "/api/auth/app/v1/auth/login"

BAD: dict[str, bytes] = {
    "no_json": b"{",
    "words": b"hello",
    "a_list": b"[]",
    "a_number": b"1",
    "null": b"null",
    "deep_lists": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep_objects": b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
    "seventeen_deep": b'{"a":' * 17 + b"1" + b"}" * 17,
    "deep_and_never_closed": b"[" * 200_000,
    "half_a_character": b'{"email":"a@example.com","password":"\\ud800"}',
    "half_a_character_as_name": b'{"\\udfff":1}',
    "nul": b'{"email":"a\\u0000@example.com"}',
    "twice": b'{"email":"a@example.com","email":"b@example.com"}',
    "not_a_number": b'{"a":NaN}',
    "infinity": b'{"a":-Infinity}',
    "a_long_number": b'{"a":' + b"9" * 5000 + b"}",
    "not_utf8": b'{"a":"\xff"}',
    "utf16": '{"a":"b"}'.encode("utf-16"),
    "byte_order_mark": b'\xef\xbb\xbf{"a":1}',
}


def post(raw: bytes, kind: str = "application/json", **more: Any) -> Any:
    return Client().generic("POST", LOGIN, raw, content_type=kind, **more)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_body_is_a_problem(name: str) -> None:
    """Without a database: nothing was looked up."""
    answer = post(BAD[name])
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert said["code"] == "bad_body"
    assert "example.com" not in answer.content.decode()


def test_a_huge_body_is_refused_by_its_length() -> None:
    answer = post(b'{"password":"' + b"x" * 1_000_000 + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "", "text/xml"])
def test_another_kind_of_body_is_refused(kind: str) -> None:
    answer = post(b'{"a":1}', kind)
    assert (answer.status_code, answer.json()["code"]) == (
        415,
        "unsupported_media_type",
    )


@pytest.mark.parametrize("verb", ["GET", "HEAD", "OPTIONS", "PURGE"])
def test_no_method_takes_a_bad_body(verb: str) -> None:
    for raw in (b"[1]", b"nonsense", b"[" * 5000, b"\xff\xfe"):
        place = "/api/auth/app/v1/config"
        answer = Client().generic(verb, place, raw, content_type="application/json")
        assert answer.status_code == 400


@pytest.mark.parametrize("length", ["x", "-5", "1e9"])
def test_a_length_that_is_none(length: str) -> None:
    assert post(b"{}", CONTENT_LENGTH=length).status_code == 400


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abcdef"), JSON, max_size=5))
def test_what_is_sound_is_read_as_python_reads_it(value: dict[str, Any]) -> None:
    raw = json.dumps(value).encode()
    try:
        assert bodies.read(raw) == value
    except Invalid as error:
        assert "nested" in error.sentence or "NUL" in error.sentence


@given(st.binary(max_size=200))
def test_no_bytes_at_all_are_a_defect(raw: bytes) -> None:
    try:
        assert isinstance(bodies.read(raw), dict)
    except Invalid as error:
        assert error.code == "bad_body"
