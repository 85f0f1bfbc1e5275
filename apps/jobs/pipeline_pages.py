"""Pipelines in the console: each run as a graph, and its steps to act on."""

from textwrap import wrap
from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from apps.jobs import graphs, runs
from apps.jobs.models import PipelineRun, StepRun
from apps.rbac.catalog import Permission
from apps.rbac.console.actions import confirmed
from apps.rbac.console.pages import Page

# Of the drawing, in pixels: a box and its gaps, a line of a name and how many letters
# go into one.
WIDTH, RIGHT, GAP, LINE, LETTERS = 180, 240, 20, 16, 13

# What runs, or has succeeded.
_NOT_PASSED = (StepRun.State.RUNNING, StepRun.State.DONE, StepRun.State.PASSED)


@confirmed(
    "Go on as if it had succeeded",
    done="went on past {}",
    consequence="What waits for it begins, though it was not done.",
    permission=Permission.STEP_CHANGE,
    when=lambda step: step.state not in _NOT_PASSED,
)
def pass_step(request: Any, step: Any, reason: str) -> None:
    runs.pass_step(by=request.user, step=step, reason=reason)


@confirmed(
    "Run again from here",
    done="had {} done anew, and all that wait for it",
    consequence="The step and all that wait for it are done anew.",
    permission=Permission.STEP_CHANGE,
    when=lambda step: step.state != StepRun.State.RUNNING,
)
def rerun_from(request: Any, step: Any, reason: str) -> None:
    runs.rerun_from(by=request.user, step=step, reason=reason)


@admin.register(PipelineRun)
class PipelineRunAdmin(Page):
    task = "Work"
    has_history = False
    nothing = "No pipeline has run yet."
    list_display = ("pipeline", "day", "state", "created_at", "finished_at")
    list_filter = ("state", "day")
    search_fields = ("=pipeline",)
    search_help_text = "The name of a pipeline"
    ordering = ("-id",)
    fields = ("pipeline", "day", "state", "created_at", "finished_at", "drawn", "steps")

    @admin.display(description="graph")
    def drawn(self, run: PipelineRun) -> SafeString:
        return drawing(run)

    @admin.display(description="steps")
    def steps(self, run: PipelineRun) -> SafeString:
        """The drawing in words."""
        rows = {step.name: step for step in run.steps.all()}
        listed = reverse("admin:jobs_steprun_changelist")
        lines = (
            (name, rows[name].get_state_display(), _after(run.graph[name]))
            for name in graphs.order(run.graph)
        )
        return format_html(
            '{}<br><a href="{}?run__id__exact={}">Act on steps</a>',
            format_html_join(mark_safe("<br>"), "{}: {}{}", lines),
            listed,
            run.pk,
        )


class _OneRun(admin.RelatedFieldListFilter):
    """Followed from the page of a run; of all runs there are no choices to offer."""

    def field_choices(self, *_: Any) -> list[Any]:
        return []

    def has_output(self) -> bool:
        return bool(self.lookup_val)


@admin.register(StepRun)
class StepRunAdmin(Page):
    task = "Work"
    nothing = "No step has run yet."
    list_display = ("name", "run", "state", "round", "its_job")
    list_filter = ("state", ("run", _OneRun))
    list_select_related = ("run", "job")
    ordering = ("-run_id", "id")
    actions = (rerun_from, pass_step)
    fields = ("run", "name", "state", "round", "its_job")

    @admin.display(description="job")
    def its_job(self, step: StepRun) -> SafeString | str:
        if step.job_id is None:
            return "-"
        page = reverse("admin:jobs_job_change", args=[step.job_id])
        return format_html('<a href="{}">{}</a>', page, step.job)


def drawing(run: PipelineRun) -> SafeString:
    """A box for each step, in columns by what it waits for. The words beside it say
    the same."""
    rows = {step.name: step for step in run.steps.all()}
    columns = graphs.layers(run.graph)
    names = {name: wrap(name, LETTERS) or [name] for name in run.graph}
    tall = 28 + LINE * max(map(len, names.values()))
    down = tall + GAP
    places = {
        name: (column * RIGHT + 4, row * down + 4)
        for column, layer in enumerate(columns)
        for row, name in enumerate(sorted(layer))
    }
    lines = [
        (
            edge[1],
            places[edge[0]][0] + WIDTH,
            places[edge[0]][1] + tall // 2,
            places[name][0],
            places[name][1] + tall // 2,
        )
        for name, step in run.graph.items()
        for edge in step["after"]
    ]
    boxes = [
        (
            reverse("admin:jobs_steprun_change", args=[rows[name].pk]),
            rows[name].state,
            x,
            y,
            WIDTH,
            tall,
            format_html_join(
                "",
                '<text x="{}" y="{}">{}</text>',
                (
                    (x + 10, y + 3 + LINE * number, line)
                    for number, line in enumerate(names[name], start=1)
                ),
            ),
            x + 10,
            y + tall - 9,
            rows[name].get_state_display(),
        )
        for name, (x, y) in places.items()
    ]
    width = (len(columns) - 1) * RIGHT + WIDTH + 8
    height = (max(map(len, columns)) - 1) * down + tall + 8
    return format_html(
        '<div class="graph-box" role="region" tabindex="0" aria-label="Graph">'
        '<svg class="graph" role="group" aria-label="Steps of {}" width="{}" height="{}"'
        ' viewBox="0 0 {} {}">{}{}</svg></div>',
        run,
        width,
        height,
        width,
        height,
        format_html_join(
            "", '<line class="on-{}" x1="{}" y1="{}" x2="{}" y2="{}"></line>', lines
        ),
        format_html_join(
            "",
            '<a href="{}" class="is-{}"><rect x="{}" y="{}" width="{}" height="{}"'
            ' rx="6"></rect>{}'
            '<text class="state" x="{}" y="{}">{}</text></a>',
            boxes,
        ),
    )


def _after(step: Any) -> str:
    if not step["after"]:
        return ""
    words = {"success": "has succeeded", "failure": "has failed", "always": "has ended"}
    link = " or " if step["needs"] == graphs.Needs.ANY else " and "
    said = link.join(f"{name} {words[on]}" for name, on in step["after"])
    return f", after {said}"
