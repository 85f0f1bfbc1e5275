"""An answerer that takes longer than a short lease."""

import time
from collections.abc import Sequence

from apps.sms.models import InboundText, Turn
from apps.sms.turns import Answer


def answer(turn: Turn, texts: Sequence[InboundText]) -> Answer:
    time.sleep(1.5)
    return Answer("slow")
