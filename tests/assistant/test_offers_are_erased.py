"""What was offered to somebody who goes is gone, by whatever it was found."""

import pytest

from apps.assistant import lists, offers
from apps.assistant.models import Offer
from apps.core import dossier
from tests.assistant.conftest import Phone
from tests.assistant.sharing import proven

pytestmark = pytest.mark.django_db


def test_also_what_was_made_to_an_address_before_it_was_theirs(
    alice: Phone, bob: Phone
) -> None:
    row = lists.make(user=alice.user, name="Shopping")
    for to in ("later@example.com", "nobody@example.com"):
        offers.make(by=alice.user, thing=row, to=to, level="view")
    proven(bob.user, "later@example.com")
    (kept,) = (each for each in dossier.every() if each.model is Offer)
    assert kept.also
    assert [each.address for each in kept.also(bob.user)] == ["later@example.com"]
    assert [each["to"] for each in kept.rows(bob.user)] == ["later@example.com"]
