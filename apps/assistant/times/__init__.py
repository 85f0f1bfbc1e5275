"""The assistant's own time grammar: words in, instants or an honest question out."""

from apps.assistant.times.outcomes import (
    Choices,
    Exact,
    Impossible,
    Missing,
    Outcome,
    Repeats,
    Several,
)
from apps.assistant.times.reading import has_day, is_early, read
from apps.assistant.times.spans import Split, split

__all__ = [
    "Choices",
    "Exact",
    "Impossible",
    "Missing",
    "Outcome",
    "Repeats",
    "Several",
    "Split",
    "has_day",
    "is_early",
    "read",
    "split",
]
