"""What somebody can tick before they leave for a provider."""

from dataclasses import dataclass

from apps.integrations.cards import Account
from apps.integrations.provider import Feature, Provider


@dataclass(frozen=True)
class Choice:
    feature: Feature
    # Allowed and switched on already.
    is_on: bool = False
    # Switched on and not allowed: it is asked for again, or has to be switched off.
    is_asked_again: bool = False
    is_ticked: bool = False


def for_new(provider: Provider) -> list[Choice]:
    """The least that is of use is ticked, and never what is private."""
    return [
        Choice(each, is_ticked=each.is_suggested and not each.is_sensitive)
        for each in provider.features
    ]


def for_more(account: Account) -> list[Choice]:
    """What is switched on is no choice here."""
    return [
        Choice(line.feature, is_on=line.is_on, is_asked_again=line.is_missing)
        for line in account.lines
    ]
