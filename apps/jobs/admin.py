"""Background work in the console: what waits, what runs, what went wrong and why."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from apps.core import kinds
from apps.core.errors import Invalid
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
from apps.rbac.console.belongings import Shown
from apps.rbac.console.lists import MOST_COUNTED
from apps.rbac.console.pages import Page


def _found(request: HttpRequest) -> dict[str, str]:
    """What the list is filtered by. Raises Invalid for a search, which is no column."""
    if request.GET.get("q", "").strip():
        raise Invalid("For so many, filter by state, queue, task or error instead.")
    asked = {name.removesuffix("__exact"): said for name, said in request.GET.items()}
    return {name: str(asked[name]) for name in dead_letters.FILTERS if name in asked}


def _requeue_all(request: Any, reason: str) -> str:
    count = dead_letters.requeue_all(
        by=request.user, found=_found(request), reason=reason
    )
    return f"{count:,} are sent back by a job of its own."


def _drop_all(request: Any, reason: str) -> str:
    count = dead_letters.drop_all(by=request.user, found=_found(request), reason=reason)
    return f"{count:,} are dropped by a job of its own."


@confirmed(
    "Requeue",
    done="requeued {}",
    consequence="They are tried anew, as often as the first time.",
    permission=Permission.JOB_REQUEUE,
    by_filter=_requeue_all,
    when=lambda job: job.state in dead_letters.REQUEUED,
)
def requeue(request: Any, job: Any, reason: str) -> None:
    dead_letters.requeue(by=request.user, job=job, reason=reason)


@confirmed(
    "Drop",
    done="dropped {}",
    is_grave=True,
    consequence="They are not done any more, and stay on record.",
    permission=Permission.JOB_DROP,
    by_filter=_drop_all,
    when=lambda job: job.state == Job.State.DEAD,
)
def drop(request: Any, job: Any, reason: str) -> None:
    dead_letters.drop(by=request.user, job=job, reason=reason)


@confirmed(
    "Cancel",
    done="cancelled {}",
    is_grave=True,
    consequence="What waits is not begun. What runs stops where it can.",
    permission=Permission.JOB_REQUEUE,
    when=lambda job: job.state in (Job.State.WAITING, Job.State.RUNNING),
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


class ErrorFilter(admin.SimpleListFilter):
    """What the latest dead letters died of; of others there are too many to look."""

    title = "error"
    parameter_name = "error"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[Any]:
        latest = Job.objects.dead().order_by("-id").values("error")[:MOST_COUNTED]
        found = sorted({row["error"] for row in latest if row["error"]})
        return [(name, name) for name in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> Any:
        return queryset.filter(error=self.value()) if self.value() else queryset


@admin.register(Job)
class JobAdmin(Page):
    task = "Work"
    owner = "asked_by"
    found_by = ("public_id",)
    mentioned_by = ("request_id",)
    on_person = Shown.COUNT
    nothing = "No work has been asked for yet."
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
    list_filter = ("state", "queue", KindFilter, ErrorFilter)
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
    nothing = "No run has been missed."
    list_display = ("entry", "count", "since", "caught_up_at")
    ordering = ("-caught_up_at",)
