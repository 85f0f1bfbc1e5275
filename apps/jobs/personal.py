"""What is kept of a person here: the work they asked for."""

from apps.core.dossier import Kept
from apps.jobs.models import Alert, Job, JobFailure, StepRun

PERSONAL = (
    Kept(
        Job,
        ("asked_by",),
        "Background work you asked for, and how it went.",
        name="background-work",
        columns={
            "task": "kind",
            "state": "state",
            "asked_at": "created_at",
            "finished_at": "finished_at",
        },
        stays="How the service worked, without who asked.",
    ),
    Kept(
        JobFailure,
        ("job",),
        "Which lines of code a piece of work failed in: about the code, not about you.",
        stays="How the service worked, without who asked.",
    ),
    Kept(
        StepRun,
        ("job",),
        "Steps of the service's own work, which nobody asks for.",
        stays="How the service worked, without who asked.",
    ),
    Kept(
        Alert,
        ("acknowledged_by",),
        "About the service. That somebody looked after one is told by their activity.",
        stays="What was the matter with the service, without who looked after it.",
    ),
)
