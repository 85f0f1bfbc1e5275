"""What is sealed opens only in its place, with a key of the ring."""

import base64
import os

import pytest
from pytest_django import Settings

from apps.core import vault


def key(name: str) -> str:
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


def test_a_sealed_value_opens_in_its_place_only() -> None:
    sealed = vault.seal("secret words", place="row:1")
    assert "secret" not in sealed
    assert vault.unseal(sealed, place="row:1") == "secret words"
    with pytest.raises(vault.Unreadable):
        vault.unseal(sealed, place="row:2")


def test_the_same_words_never_look_the_same() -> None:
    assert vault.seal("x", place="p") != vault.seal("x", place="p")


def test_a_new_key_seals_and_an_old_one_still_opens(settings: Settings) -> None:
    old, new = key("k1"), key("k2")
    settings.FIELD_ENCRYPTION_KEYS = old
    sealed = vault.seal("x", place="p")
    digest = vault.digests("x", purpose="p")[0]
    settings.FIELD_ENCRYPTION_KEYS = f"{new},{old}"
    assert vault.unseal(sealed, place="p") == "x"
    assert vault.seal("x", place="p").startswith("k2.")
    assert digest in vault.digests("x", purpose="p")
    settings.FIELD_ENCRYPTION_KEYS = new
    with pytest.raises(vault.Unreadable):
        vault.unseal(sealed, place="p")


@pytest.mark.parametrize("position", [4, 20, -2])
def test_a_changed_value_does_not_open(position: int) -> None:
    sealed = vault.seal("secret words", place="p")
    other = "A" if sealed[position] != "A" else "B"
    changed = sealed[:position] + other + sealed[position:][1:]
    with pytest.raises(vault.Unreadable):
        vault.unseal(changed, place="p")


@pytest.mark.parametrize("value", ["", "k1", "k1.", "k9.AAAA", "k1.%%%", "plain text"])
def test_what_was_never_sealed_is_unreadable(value: str) -> None:
    with pytest.raises(vault.Unreadable):
        vault.unseal(value, place="p")


@pytest.mark.parametrize(
    ("ring", "says"),
    [
        ("", "there is no key"),
        ("AAAA", "name:base64"),
        ("k1:AAAA", "has 3 bytes"),
        ("k1:not base64!", "is not base64"),
        (f"k1:{'A' * 43}=,k2:{'A' * 43}=", "is there twice"),
    ],
)
def test_a_bad_ring_says_what_is_wrong(ring: str, says: str) -> None:
    with pytest.raises(vault.BadKeyRing, match=says):
        vault.parse_ring(ring)


def test_digests_differ_by_purpose() -> None:
    assert vault.digests("x", purpose="a") != vault.digests("x", purpose="b")
