"""An answerer that never answers."""

from collections.abc import Sequence

from apps.sms.models import InboundText, Turn
from apps.sms.turns import Answer


def answer(turn: Turn, texts: Sequence[InboundText]) -> Answer:
    raise RuntimeError("the brain is broken")
