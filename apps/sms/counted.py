"""What is counted of texts and money from nought on (apps/core/from_nought.py)."""

from apps.sms.models import Charge, Pot
from apps.sms.money.ledger import SPENT
from apps.sms.outbox import OUTBOUND


def _texts() -> None:
    for outcome in ("sent", "refused", "busy"):
        OUTBOUND.labels(outcome)


def _money() -> None:
    for what in Charge.What:
        for pot in Pot:
            SPENT.labels(what, pot)


COUNTED = (_texts, _money)
