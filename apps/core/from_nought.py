"""Counters that alerts ask about begin at nought: one that is born with its first event
has no rate for it, and nobody is told.

Each app names in its `counted.py`, a tuple `COUNTED`, functions that make the series
which can be there; a worker makes them as it starts.
"""

from apps.core import shelves


def begin() -> None:
    """Before the worker's processes are forked: the sum over all is what is told."""
    for make in shelves.across_apps("counted", "COUNTED"):
        make()
