"""The timetable in the console: when the house's work runs, and whether."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django_celery_beat.admin import PeriodicTaskAdmin
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

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
    return f"{number} {name}"


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]  # in stubs only
    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            _insist_on_a_run(self._meta.model(**given))
        return given


class TimetableForm(forms.ModelForm):  # type: ignore[type-arg]  # in stubs only
    """When a task runs and whether; with what, and where, is for the code to say."""

    task = forms.ChoiceField(choices=timetable.tasks)

    class Meta:
        model = PeriodicTask
        fields = (
            *("name", "task", "enabled", "description"),
            *("interval", "crontab", "clocked"),
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        chosen = [given.get(each) for each in ("interval", "crontab", "clocked")]
        for row in filter(None, chosen):
            waits = _insist_on_a_run(row)
            name = self.instance.name
            most = timetable.most(name)
            if most is not None and (waits is None or waits > most):
                raise ValidationError(
                    f"{name} has to run at least once in {_spoken(most)}: more work than"
                    " its own hangs on it."
                )
        return given


@admin.register(PeriodicTask)
class TimetableAdmin(PeriodicTaskAdmin):  # type: ignore[misc]  # untyped
    """The package's page without its actions, which ask for no permission; what is
    changed is recorded."""

    form = TimetableForm
    actions = None
    show_facets = admin.ShowFacets.NEVER
    date_hierarchy = None
    list_display = ("name", "enabled", "scheduler", "last_run_at")
    list_filter = ("enabled",)
    list_select_related = ("interval", "crontab", "solar", "clocked")
    fieldsets = (
        (None, {"fields": ("name", "task", "enabled", "description")}),
        (
            "Schedule",
            {
                "fields": (
                    "interval",
                    "crontab",
                    "crontab_translation",
                    "clocked",
                    "last_run_at",
                )
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What an entry of the code's is called and does stands in the code."""
        fixed = obj is not None and obj.name in timetable.names()
        return [*super().get_readonly_fields(request, obj), *["name", "task"] * fixed]

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **more: Any
    ) -> Any:
        if db_field.name == "interval":
            more["queryset"] = IntervalSchedule.objects.exclude(period=TOO_OFTEN)
        return super().formfield_for_foreignkey(db_field, request, **more)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RowList

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        with transaction.atomic():
            kept = PeriodicTask.objects.select_for_update().filter(pk=obj.pk).first()
            super().save_model(request, obj, form, change)
            audit.done(
                Permission.TIMETABLE_CHANGE,
                actor=request.user,
                obj=obj,
                before=timetable.shown(kept) if kept else None,
                after=timetable.shown(obj),
            )


@admin.register(IntervalSchedule, CrontabSchedule, ClockedSchedule)
class ScheduleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # in stubs only
    """What an entry of the timetable is set to: added from its page, and not changed,
    because other entries may be set to the same."""

    form = ScheduleForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(policy.can(request.user, Permission.TIMETABLE_CHANGE))

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
