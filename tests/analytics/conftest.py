"""Phones to text from, as texting has them."""

from tests.sms.conftest import ada, alice, bob, twilio

__all__ = ["ada", "alice", "bob", "twilio"]
