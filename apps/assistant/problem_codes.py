"""What the errors of assistant mean (core/explained.py)."""

from apps.core.explained import Explained

PROBLEMS = (
    Explained(
        "sync_not_possible",
        "That cannot be kept in step",
        "The calendar elsewhere cannot hold what was asked of it.",
        "The detail says why. Change it on the calendar where it came from.",
    ),
    Explained(
        "unclear",
        "The words can be read in several ways",
        "What is to be set is open. The detail is the question, options are its "
        "answers. Nothing was set.",
        "Send the same words with the when of one of the options, or with words "
        "that answer the question.",
    ),
)
