"""Gathers the background tasks of this app."""

from apps.accounts.exports import forget, make

__all__ = ["forget", "make"]
