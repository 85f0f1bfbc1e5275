"""What the errors of integrations mean (core/explained.py)."""

from apps.core.explained import Explained

PROBLEMS = (
    Explained(
        "connection_not_now",
        "The connection cannot be used right now",
        "Its permission is being renewed, or the provider does not answer.",
        "Try again in a minute.",
    ),
    Explained(
        "connection_not_usable",
        "The connection cannot be used",
        "It is paused, was ended at the provider, or needs its person to allow it "
        "again.",
        "Read the connection: why and next_step say what to do.",
    ),
    Explained(
        "day_budget_spent",
        "The provider's budget for today is used up",
        "All that may be asked of this provider in a day was asked.",
        "Wait for the seconds of Retry-After.",
    ),
    Explained(
        "denied",
        "It was not allowed at the provider",
        "The person said no on the provider's page. Nothing has changed.",
        "Begin once more if it was a mistake.",
    ),
    Explained(
        "feature_off",
        "That feature is not switched on",
        "The person has connected the account without this feature, or switched it "
        "off.",
        "Switch it on by connecting the account once more.",
    ),
    Explained(
        "handshake_failed",
        "The provider did not finish",
        "It did not answer as it should while an account was being connected. "
        "Nothing has changed.",
        "Begin once more in a minute.",
    ),
    Explained(
        "nothing_to_renew_with",
        "There is nothing to renew it with",
        "The provider gave a permission that cannot be renewed before its time.",
        "It goes on until it runs out; connect the account once more then.",
    ),
    Explained(
        "outcome_unknown",
        "Nobody knows whether it was done",
        "The provider was asked to do something and its answer was lost.",
        "Look at the provider's own page before you ask again.",
    ),
    Explained(
        "page_unfinished",
        "The page was written in part",
        "The provider failed between the parts of a page.",
        "Look at the page there, and complete it or delete it.",
    ),
    Explained(
        "provider_busy",
        "The provider is busy",
        "It says that it is asked too often.",
        "Wait for the seconds of Retry-After.",
    ),
    Explained(
        "provider_down",
        "The provider does not answer",
        "It failed on its side, or was not reached.",
        "Try again in a minute.",
    ),
    Explained(
        "provider_refused",
        "The provider says no",
        "It refused what was asked, and would again.",
        "The detail says what it objects to. Check the connection and what you "
        "asked for.",
    ),
    Explained(
        "provider_used_up",
        "The provider's allowance is used up",
        "It lets this account ask nothing more for now.",
        "Wait for the seconds of Retry-After.",
    ),
    Explained(
        "state_invalid",
        "That step was not begun here",
        "The browser came back from a provider with an address that was not begun "
        "in it, or was used already.",
        "Begin to connect once more, in the same browser to the end.",
    ),
    Explained(
        "too_many_connections",
        "There are too many connected accounts",
        "The role of this person allows no more.",
        "Disconnect one first.",
    ),
)
