"""What the errors of webhooks mean (core/explained.py)."""

from apps.core.explained import Explained

PROBLEMS = (
    Explained(
        "bad_webhook_url",
        "A webhook cannot be sent there",
        "The address is none, is not spoken to under https, or is not on the internet.",
        "Send the https address of a server that anybody could reach.",
    ),
    Explained(
        "too_many_webhooks",
        "There are as many webhooks as one may have",
        "A person has 5 webhooks at most.",
        "Delete one that is not used any more.",
    ),
    Explained(
        "webhook_off",
        "The webhook is off",
        "It was switched off: by its owner, because it answered 410 Gone, because it"
        " took nothing for three days, or when the account was made safe.",
        "Read why in its ending, and switch it on with is_enabled.",
    ),
)
