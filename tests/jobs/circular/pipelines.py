from apps.jobs.graphs import Pipeline, Step, succeeded
from tests.jobs.chores.tasks import once

PIPELINES = (
    Pipeline(
        "circle",
        (
            Step("hen", once, ("hen",), (succeeded("egg"),)),
            Step("egg", once, ("egg",), (succeeded("hen"),)),
        ),
    ),
)
