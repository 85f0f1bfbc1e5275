"""The facts of background work.

    PipelineRun ── StepRun ──▶ Job ── JobFailure
                                │
                              Letter    Suppression    UnwantedLetters

A job is asked for once, tried until it is done, and dead when it cannot be; it never
vanishes (docs/jobs.md). A letter is a row before it is sent (docs/mail.md).
"""

from apps.jobs.models.alerts import Alert, AlertNews, RuleSetting, Telling
from apps.jobs.models.jobs import Job, JobFailure
from apps.jobs.models.leadership import Leadership
from apps.jobs.models.mail import Letter, Suppression, UnwantedLetters
from apps.jobs.models.pipelines import PipelineRun, StepRun
from apps.jobs.models.retention import RetentionRule
from apps.jobs.models.timetable import MissedRuns

__all__ = [
    "Alert",
    "AlertNews",
    "Job",
    "JobFailure",
    "Leadership",
    "Letter",
    "MissedRuns",
    "PipelineRun",
    "RetentionRule",
    "RuleSetting",
    "StepRun",
    "Suppression",
    "Telling",
    "UnwantedLetters",
]
