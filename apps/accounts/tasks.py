"""Gathers the background tasks of this app."""

from apps.accounts.erasure import erase
from apps.accounts.exports import forget, make

__all__ = ["erase", "forget", "make"]
