from apps.jobs.rules import Rule, Severity
from tests.jobs.chores.models import Effect


def _effects() -> float:
    found = Effect.objects.count()
    if Effect.objects.filter(name="unmeasurable").exists():
        raise ZeroDivisionError
    return float(found)


def _loud() -> float | None:
    """Known only where somebody is quiet or loud."""
    heard = Effect.objects.filter(name__in=["quiet", "loud"]).first()
    return None if heard is None else float(heard.name == "loud")


RULES = (
    Rule("chores.many", "Many chores", _effects, "chores", 2, severity=Severity.PAGE),
    Rule("chores.long", "Many for long", _effects, "chores", 2, lasting=3_600),
    Rule("chores.known", "Loud chores", _loud, "chores", 0),
)
