"""What is counted of renewed tokens from nought on (apps/core/from_nought.py)."""

from apps.integrations import provider as shelf
from apps.integrations.metrics import REFRESHES
from apps.integrations.token_endpoint import Verdict


def _renewals() -> None:
    for provider in shelf.ids():
        for verdict in Verdict:
            REFRESHES.labels(provider, verdict)


COUNTED = (_renewals,)
