"""What the errors of sms mean (core/explained.py)."""

from apps.core.explained import Explained

PROBLEMS = (
    Explained(
        "no_mobile",
        "That is no mobile number",
        "The line cannot get texts, as far as is known.",
        "Use a mobile number.",
    ),
    Explained(
        "over_budget",
        "The budget for that is used up",
        "Texts or a language model cost money, and what may be spent in this time "
        "is spent.",
        "Wait until the time of the budget is over; me and usage tell how much "
        "there is.",
    ),
)
