"""The facts of connections.

User ─┬─ Connection ─┬─ Token (its secrets, sealed)
      │              ├─ Scope (what was granted), Usage (what was used, by day)
      │              └─ OAuthEvent (what happened)
      └─ Consent (what was asked and said; never changed)
ProviderState, DayBudget: of a provider, whoever's connection it is
Revocation: a grant that is still to be taken back at its provider
CallDelta: each call once more, for analytics
"""

from apps.integrations.models.connection import Connection
from apps.integrations.models.consent import Consent
from apps.integrations.models.event import OAuthEvent
from apps.integrations.models.revocation import Revocation
from apps.integrations.models.scope import Scope
from apps.integrations.models.standing import DayBudget, ProviderState
from apps.integrations.models.token import Token
from apps.integrations.models.usage import CallDelta, Usage

__all__ = [
    "CallDelta",
    "Connection",
    "Consent",
    "DayBudget",
    "OAuthEvent",
    "ProviderState",
    "Revocation",
    "Scope",
    "Token",
    "Usage",
]
