"""What the errors of jobs mean (core/explained.py)."""

from apps.core.explained import Explained

PROBLEMS = (
    Explained(
        "cancelled",
        "It was cancelled",
        "Whoever asked for this work has stopped it.",
        "Ask for it again if it is still wanted.",
    ),
)
