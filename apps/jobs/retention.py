"""What of the background work grows old. Dead letters stay until somebody decides."""

from datetime import datetime

from django.db.models import QuerySet

from apps.jobs.keeping import Rule
from apps.jobs.models import Alert, Job, Letter, MissedRuns, PipelineRun, Telling


def _jobs(*states: str) -> "QuerySet[Job]":
    return Job.objects.filter(state__in=states)


def _done(before: datetime) -> "QuerySet[Job]":
    return _jobs("done").filter(finished_at__lt=before)


def _given_up(before: datetime) -> "QuerySet[Job]":
    return _jobs("dropped", "cancelled", "replaced").filter(finished_at__lt=before)


def _missed(before: datetime) -> "QuerySet[MissedRuns]":
    return MissedRuns.objects.filter(caught_up_at__lt=before)


def _runs(before: datetime) -> "QuerySet[PipelineRun]":
    return PipelineRun.objects.filter(finished_at__lt=before)


def _alerts(before: datetime) -> "QuerySet[Alert]":
    return Alert.objects.filter(resolved_at__lt=before)


def _tellings(before: datetime) -> "QuerySet[Telling]":
    return Telling.objects.filter(at__lt=before)


def _letters(before: datetime) -> "QuerySet[Letter]":
    return Letter.objects.exclude(state="queued").filter(created_at__lt=before)


RULES = (
    # A key is remembered no longer than its job: what is asked for again a week later
    # under the same key is meant again.
    Rule("jobs.done", "Jobs that are done", _done, days=14, least=2),
    Rule("jobs.given_up", "Jobs that were dropped or cancelled", _given_up, days=90),
    Rule("jobs.missed_runs", "Runs that were missed", _missed, days=30),
    Rule("jobs.pipelines", "Runs of pipelines", _runs, days=90),
    # Their words are gone as soon as they are sent; a dead one is kept for a week.
    Rule(
        "jobs.letters", "Letters that were sent or refused", _letters, days=90, least=8
    ),
    Rule("jobs.alerts", "Alerts that are over", _alerts, days=180),
    Rule("jobs.tellings", "When operators were told of alerts", _tellings, days=30),
)
