from apps.jobs.rules import Rule, Severity
from tests.jobs.chores.models import Effect


def _effects() -> float:
    found = Effect.objects.count()
    if Effect.objects.filter(name="unmeasurable").exists():
        raise ZeroDivisionError
    return float(found)


RULES = (
    Rule("chores.many", "Many chores", _effects, "chores", 2, severity=Severity.PAGE),
    Rule("chores.long", "Many for long", _effects, "chores", 2, lasting=3_600),
)
