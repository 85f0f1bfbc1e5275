"""Background work in the console: what waits, what runs, what went wrong and why."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from apps.core import kinds
from apps.jobs import (  # noqa: F401  (some register their pages)
    alert_pages,
    dead_letters,
    mail_pages,
    pipeline_pages,
    retention_pages,
    timetable_pages,
)
from apps.jobs.models import Job, MissedRuns
from apps.rbac.catalog import Permission
from apps.rbac.console.actions import confirmed
from apps.rbac.console.pages import Page


@confirmed(
    "Requeue",
    consequence="They are tried anew, as often as the first time.",
    permission=Permission.JOB_REQUEUE,
)
def requeue(request: Any, job: Any, reason: str) -> None:
    dead_letters.requeue(by=request.user, job=job, reason=reason)


@confirmed(
    "Drop",
    consequence="They are not done any more, and stay on record.",
    permission=Permission.JOB_DROP,
)
def drop(request: Any, job: Any, reason: str) -> None:
    dead_letters.drop(by=request.user, job=job, reason=reason)


@confirmed(
    "Cancel",
    consequence="What waits is not begun. What runs stops where it can.",
    permission=Permission.JOB_REQUEUE,
)
def cancel(request: Any, job: Any, reason: str) -> None:
    dead_letters.cancel(by=request.user, job=job, reason=reason)


class KindFilter(admin.SimpleListFilter):
    """The kinds that the code knows; the table is not read for them."""

    title = "task"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[Any]:
        return [(name, name) for name in kinds.names()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Job)
class JobAdmin(Page):
    task = "Work"
    owner = "asked_by"
    list_display = (
        "kind",
        "state",
        "queue",
        "due_at",
        "attempts",
        "error",
        "asked_by",
        "took",
    )
    list_filter = ("state", "queue", KindFilter)
    list_select_related = ("asked_by",)
    search_fields = ("=public_id", "=request_id", "=key")
    search_help_text = "A public id, a request id or a key"
    ordering = ("-id",)
    actions = (requeue, drop, cancel)
    fields = (
        "public_id",
        "kind",
        "arguments",
        "key",
        "queue",
        "state",
        "how_far",
        "asked_by",
        "request_id",
        "created_at",
        "due_at",
        "started_at",
        "finished_at",
        "attempts",
        "deaths",
        "worker",
        "causes",
    )

    @admin.display(description="progress")
    def how_far(self, job: Job) -> str:
        percent = "" if job.percent is None else f"{job.percent} %"
        return " ".join(filter(None, (percent, job.progress))) or "-"

    @admin.display(description="took")
    def took(self, job: Job) -> str:
        took = job.took
        return "-" if took is None else f"{took.total_seconds():.2f}\N{NO-BREAK SPACE}s"

    @admin.display(description="what went wrong")
    def causes(self, job: Job) -> SafeString | str:
        """The newest first, each with where it happened."""
        rows = job.troubles.all()[:20]
        return (
            format_html_join(mark_safe("<br>"), "{}", ((_cause(r),) for r in rows))
            or "-"
        )


def _cause(row: Any) -> SafeString:
    lasting = ", for good" if row.is_permanent else ""
    head = f"Attempt {row.attempt}, {row.at:%Y-%m-%d %H:%M:%S} UTC: {row.get_how_display()}"
    said = " ".join(filter(None, (row.error, row.sentence)))
    frames = format_html_join(
        mark_safe("<br>"), "{}", ((frame,) for frame in row.frames)
    )
    return format_html("{}{}. {}<br>{}", head, lasting, said, frames)


@admin.register(MissedRuns)
class MissedRunsAdmin(Page):
    task = "Work"
    has_history = False
    list_display = ("entry", "count", "since", "caught_up_at")
    ordering = ("-caught_up_at",)
