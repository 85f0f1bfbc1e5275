"""What is done every night, in its order."""

from apps.jobs.graphs import Pipeline, Step, ended, succeeded
from apps.jobs.keeping import retain
from apps.rbac.tasks import seal_audit, turn_audit_months

PIPELINES = (
    Pipeline(
        "night",
        (
            Step("seal", seal_audit),
            # A month that is not sealed is not dropped.
            Step("months", turn_audit_months, after=(succeeded("seal"),)),
            # Behind them, whatever became of them.
            Step("retention", retain, after=(ended("months"),)),
        ),
    ),
)
