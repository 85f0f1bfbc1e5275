"""What is counted of jobs from nought on (apps/core/from_nought.py)."""

from apps.core import kinds
from apps.jobs.runner import ENDED


def _dead_letters() -> None:
    for name in kinds.names():
        ENDED.labels(name, "dead")


COUNTED = (_dead_letters,)
