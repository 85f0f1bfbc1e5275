"""The timetable in the console: when the house's work runs, and whether."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
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

from apps.core.admin import ZonedAdmin, name_parts
from apps.jobs import timetable
from apps.jobs.timetable_forms import TIMING, TOO_OFTEN, ScheduleForm, TimetableForm
from apps.rbac import audit, policy
from apps.rbac.catalog import Permission
from apps.rbac.console.lists import RowList

admin.site.unregister(
    [PeriodicTask, IntervalSchedule, CrontabSchedule, ClockedSchedule]
)
# Nothing here runs by the sun.
admin.site.unregister(SolarSchedule)


@admin.register(PeriodicTask)
class TimetableAdmin(ZonedAdmin, PeriodicTaskAdmin):  # type: ignore[misc]  # untyped
    """The package's page without its actions, which ask for no permission; what is
    changed is recorded."""

    form = TimetableForm
    actions = None
    show_facets = admin.ShowFacets.NEVER
    date_hierarchy = None
    nothing = "Nothing is entered before beat has started once."
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
            name_parts(made.base_fields["once_at"])
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
            moved = set(form.changed_data) & TIMING
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
