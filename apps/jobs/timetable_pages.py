"""The timetable in the console: when the house's work runs, and whether."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django_celery_beat.admin import PeriodicTaskAdmin
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from apps.core import kinds
from apps.core.admin import ZonedAdmin
from apps.jobs import timetable
from apps.jobs.occurrences import BadCrontab
from apps.rbac import audit, policy
from apps.rbac.catalog import Permission
from apps.rbac.console.lists import RowList

admin.site.unregister(
    [PeriodicTask, IntervalSchedule, CrontabSchedule, ClockedSchedule]
)
# Nothing here runs by the sun.
admin.site.unregister(SolarSchedule)


# A second is the least; below it stand microseconds.
TOO_OFTEN = IntervalSchedule.MICROSECONDS
# Fields that say when an entry comes.
_TIMING = frozenset(
    ("enabled", "interval", "crontab", "once_at", "start_time", "expires")
)
# What lies behind it is a slip, and the end of the calendar is near.
FURTHEST = timedelta(days=3_660)


def _insist_on_a_run(row: Any) -> timedelta | None:
    """The longest wait; None for what comes once. Raises ValidationError for what beat
    could make nothing of, or that comes too seldom to be meant."""
    try:
        waits = timetable.wait(timetable.schedule_of(row))
    except (timetable.Unreadable, BadCrontab):
        waits = None
    if isinstance(row, CrontabSchedule) and waits is None:
        raise ValidationError("That never comes, not within eight years.")
    if isinstance(row, IntervalSchedule):
        if waits is None or not timetable.SHORTEST <= waits <= timetable.LONGEST:
            raise ValidationError("An interval lies between one second and 366 days.")
    return waits


def _spoken(time: timedelta) -> str:
    """`10 hours`, `50 seconds`."""
    for name in ("days", "hours", "minutes", "seconds"):
        number, rest = divmod(time, timedelta(**{name: 1}))
        if number and not rest:
            break
    return f"{number} {name.removesuffix('s') if number == 1 else name}"


def kinds_to_choose() -> list[tuple[str, str]]:
    return list(kinds.schedulable().items())


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]  # in stubs only
    def full_clean(self) -> None:
        """Behind what the package says of each field by itself."""
        super().full_clean()
        if self.is_bound and not self.errors:
            try:
                _insist_on_a_run(self.instance)
            except ValidationError as error:
                self.add_error(None, error)


class TimetableForm(forms.ModelForm):  # type: ignore[type-arg]  # in stubs only
    """When a task runs and whether; with what, and where, is for the code to say."""

    task = forms.ChoiceField(choices=kinds_to_choose)
    once_at = forms.SplitDateTimeField(
        label="Once, at", required=False, widget=AdminSplitDateTime
    )

    class Meta:
        model = PeriodicTask
        fields = (
            *("name", "task", "enabled", "description"),
            *("interval", "crontab", "start_time", "expires"),
        )
        labels: ClassVar = {
            "task": "Task",
            "interval": "Interval",
            "crontab": "Crontab",
            "start_time": "Not before",
            "expires": "Not after",
            "last_run_at": "Last run",
        }
        help_texts: ClassVar = {
            "name": "",
            "task": "",
            "last_run_at": "",
            "enabled": "Without the tick it does not run.",
            "description": "",
            "interval": "Every so often. Choose this, a crontab or a time.",
            "crontab": "At these times, in the zone that it names.",
            "start_time": "",
            "expires": "",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "task" in self.fields and self.instance.pk:
            task: Any = self.fields["task"]
            own = self.instance.task
            # Also one that nobody could choose anew.
            task.choices = [*({own: own} | dict(kinds_to_choose())).items()]
        if self.instance.clocked:
            self.initial["once_at"] = self.instance.clocked.clocked_time

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("name") in timetable.names():
            self.add_error("name", "The code's own work is called so.")
        if self.errors:
            return given
        once, name = given.get("once_at"), given.get("name", self.instance.name)
        chosen = [
            each for each in (given.get("interval"), given.get("crontab")) if each
        ]
        if len(chosen) + bool(once) != 1:
            raise ValidationError(
                "Say when it runs: by an interval, by a crontab, or once."
            )
        self._insist_on_times(given)
        if self.errors:
            return given
        chosen += [ClockedSchedule(clocked_time=once)] * bool(once)
        waits = _insist_on_a_run(chosen[0])
        most = timetable.most(name)
        if most is not None and (waits is None or waits > most):
            raise ValidationError(
                f"{name} has to run at least once in {_spoken(most)}: more work than"
                " its own hangs on it."
            )
        was_once = self.instance.clocked is not None
        if not was_once or "once_at" in self.changed_data:
            self.instance.clocked = chosen[0] if once else None
            self.instance.one_off = bool(once) or (
                self.instance.one_off and not was_once
            )
        return given

    def validate_unique(self) -> None:
        """The package says of a time what is said above."""
        if not self.errors:
            super().validate_unique()

    def _insist_on_times(self, given: dict[str, Any]) -> None:
        now = timezone.now()
        once, starts, ends = map(given.get, ("once_at", "start_time", "expires"))
        begins_anew = "enabled" in self.changed_data and given.get("enabled")
        for name in ("once_at", "start_time", "expires"):
            at = given.get(name)
            is_new = name in self.changed_data
            if at and (is_new or begins_anew and name != "start_time") and at <= now:
                self.add_error(name, "That time has passed.")
            elif at and is_new and at - now > FURTHEST:
                self.add_error(name, "That is more than ten years ahead.")
        first = once or starts
        if first and ends and ends <= first:
            self.add_error("expires", "It would never run.")
        elif once and starts and starts > once:
            self.add_error("start_time", "It would never run.")


@admin.register(PeriodicTask)
class TimetableAdmin(ZonedAdmin, PeriodicTaskAdmin):  # type: ignore[misc]  # untyped
    """The package's page without its actions, which ask for no permission; what is
    changed is recorded."""

    form = TimetableForm
    actions = None
    show_facets = admin.ShowFacets.NEVER
    date_hierarchy = None
    list_display = ("name", "enabled", "runs", "last_run_at")
    list_filter = ("enabled",)
    list_select_related = ("interval", "crontab", "solar", "clocked")

    @admin.display(description="runs")
    def runs(self, entry: PeriodicTask) -> str:
        if entry.clocked:
            at = timezone.localtime(entry.clocked.clocked_time)
            return f"once, {at:%Y-%m-%d %H:%M:%S}"
        return str(entry.interval or entry.crontab or "-")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """An entry of the code's neither ends nor runs once."""
        is_own = not _is_of_code(obj)
        when = ["interval", "crontab", *["once_at"] * is_own]
        bounds = ["start_time", "expires"] * is_own
        return (
            (None, {"fields": ("name", "task", "enabled", "description")}),
            ("Schedule", {"fields": (*when, *bounds, *["last_run_at"] * bool(obj))}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What an entry of the code's is called and does stands in the code."""
        return ["last_run_at", *["name", "task"] * _is_of_code(obj)]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Of operators' own; what the code makes comes back."""
        return not _is_of_code(obj) and super().has_delete_permission(request, obj)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **more: Any
    ) -> Any:
        made = super().get_form(request, obj, change, **more)
        if "once_at" in made.base_fields:
            zone = timezone.get_current_timezone_name()
            made.base_fields["once_at"].help_text = f"In your time zone, {zone}."
        return made

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **more: Any
    ) -> Any:
        if db_field.name == "interval":
            more["queryset"] = IntervalSchedule.objects.exclude(period=TOO_OFTEN)
        return super().formfield_for_foreignkey(db_field, request, **more)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *more: Any, **kwargs: Any
    ) -> HttpResponse:
        """By its name; the package adds the time, in no zone of the operator's."""
        entry = context.get("original")
        context["subtitle"] = entry.name if entry else None
        return super().render_change_form(request, context, *more, **kwargs)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RowList

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        with transaction.atomic():
            kept = PeriodicTask.objects.select_for_update().filter(pk=obj.pk).first()
            if obj.clocked and obj.clocked.pk is None:
                obj.clocked.save()
            moved = set(form.changed_data) & _TIMING
            if kept:
                # Beat may have asked for a run since the page was read.
                obj.last_run_at = kept.last_run_at
                obj.total_run_count = kept.total_run_count
            super().save_model(request, obj, form, change)
            if kept and not moved:
                # By which beat counts: what is due by now stays due.
                rows = PeriodicTask.objects.filter(pk=obj.pk)
                rows.update(date_changed=kept.date_changed)
            audit.done(
                Permission.TIMETABLE_CHANGE if kept else Permission.TIMETABLE_ADD,
                actor=request.user,
                obj=obj,
                before=timetable.shown(kept) if kept else None,
                after=timetable.shown(obj),
            )

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with transaction.atomic():
            audit.done(
                Permission.TIMETABLE_DELETE,
                actor=request.user,
                obj=obj,
                before=timetable.shown(obj),
            )
            super().delete_model(request, obj)


def _is_of_code(entry: Any) -> bool:
    return entry is not None and entry.name in timetable.names()


@admin.register(IntervalSchedule, CrontabSchedule)
class ScheduleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # in stubs only
    """What an entry of the timetable is set to: added from its page, and not changed,
    because other entries may be set to the same."""

    form = ScheduleForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        may = (Permission.TIMETABLE_ADD, Permission.TIMETABLE_CHANGE)
        return any(policy.can(request.user, each) for each in may)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def formfield_for_choice_field(
        self, db_field: Any, request: HttpRequest, **more: Any
    ) -> Any:
        if db_field.name == "period":
            more["choices"] = [
                each for each in db_field.choices if each[0] != TOO_OFTEN
            ]
        return super().formfield_for_choice_field(db_field, request, **more)

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            audit.done(
                Permission.TIMETABLE_CHANGE,
                actor=request.user,
                obj=obj,
                after={"schedule": str(obj)},
            )
