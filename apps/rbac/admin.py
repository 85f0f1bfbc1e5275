"""Roles, who holds them, and what they may use."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminSplitDateTime
from django.contrib.auth.models import Group
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

from apps.rbac import assignments, audit, limits, policy, roles, timetable
from apps.rbac.catalog import Permission
from apps.rbac.console.actions import confirmed
from apps.rbac.console.events import EventPage, SealPage
from apps.rbac.console.forms import VerbForm, VerbPage
from apps.rbac.console.lists import RowList
from apps.rbac.models import (
    AuditEvent,
    AuditSeal,
    Role,
    RoleAssignment,
    RoleLimits,
)

# Groups are written by roles alone.
admin.site.unregister(Group)
admin.site.register(AuditEvent, EventPage)
admin.site.register(AuditSeal, SealPage)


def _version() -> forms.CharField:
    """What the form was opened with: a later change of somebody else wins."""
    return forms.CharField(required=False, widget=forms.HiddenInput)


class RoleForm(VerbForm):
    version = _version()
    permissions = forms.MultipleChoiceField(
        choices=[(each.value, each.value) for each in Permission],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Role
        fields = ("name", "slug", "rank", "inherits")
        widgets: ClassVar = {"inherits": forms.CheckboxSelectMultiple}
        help_texts: ClassVar = {
            "slug": "Its name in records and commands: small letters, digits, hyphens.",
            "rank": "Of two limits the role with the higher rank decides. User has 10, "
            "premium 20, administrator 30.",
            "inherits": "Whoever holds this role may also do what these allow.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["permissions"] = sorted(roles.own_permissions(self.instance))
            self.initial["version"] = roles.version(self.instance)
            # What holds a role together stays; a new role is made for a new meaning.
            for name in {"name", "slug", "rank"} & self.fields.keys():
                self.fields[name].disabled = True

    def act(self) -> Role:
        given = self.cleaned_data
        shape = {"permissions": given["permissions"], "inherits": given["inherits"]}
        if self.instance.pk:
            roles.change(by=self.by, role=self.instance, seen=given["version"], **shape)
            changed: Role = self.instance
            return changed
        named = {name: given[name] for name in ("slug", "name", "rank")}
        return roles.create(by=self.by, **named, **shape)


class GrantForm(VerbForm):
    reason = forms.CharField(
        max_length=200, help_text="Kept in the audit, and shown to the person."
    )

    class Meta:
        model = RoleAssignment
        fields = ("user", "role", "reason", "expires_at")
        field_classes: ClassVar = {"expires_at": forms.SplitDateTimeField}
        widgets: ClassVar = {"expires_at": AdminSplitDateTime}

    def act(self) -> RoleAssignment:
        return assignments.grant(by=self.by, **self.cleaned_data)


class LimitsForm(VerbForm):
    version = _version()

    class Meta:
        model = RoleLimits
        fields = limits.FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = limits.version(self.instance)

    def act(self) -> RoleLimits:
        seen = self.cleaned_data["version"]
        return limits.change(by=self.by, row=self.instance, seen=seen)


@confirmed(
    "Take back",
    consequence="They lose the role on their next request.",
    permission=Permission.ROLE_REVOKE,
)
def take_back(request: HttpRequest, held: RoleAssignment, reason: str) -> None:
    assignments.revoke(by=request.user, user=held.user, role=held.role, reason=reason)


@confirmed(
    "Delete",
    consequence="Only a role that nobody has ever held can be deleted.",
    permission=Permission.ROLE_DELETE,
)
def delete_role(request: HttpRequest, role: Role, reason: str) -> None:
    roles.delete(by=request.user, role=role, reason=reason)


@admin.register(Role)
class RoleAdmin(VerbPage):
    task = "Safety"
    form = RoleForm
    adds = Permission.ROLE_ADD
    changes = Permission.ROLE_CHANGE
    list_display = ("name", "slug", "rank", "is_system", "parents")
    fields = ("name", "slug", "rank", "is_system", "parents", "permissions")
    actions = (delete_role,)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_fixed = obj is not None and obj.is_system
        return not is_fixed and super().has_change_permission(request, obj)

    @admin.display(description="inherits")
    def parents(self, role: Role) -> str:
        return ", ".join(str(parent) for parent in role.inherits.all()) or "nothing"

    @admin.display(description="permissions of its own")
    def permissions(self, role: Role) -> str:
        return "\n".join(sorted(roles.own_permissions(role))) or "none"


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(VerbPage):
    task = "Safety"
    owner = "user"
    form = GrantForm
    adds = Permission.ROLE_GRANT
    list_display = ("user", "role", "state", "expires_at", "granted_at", "reason")
    list_filter = ("role", "granted_at")
    list_select_related = ("user", "role")
    search_fields = ("user__email_canonical__startswith",)
    search_help_text = "The beginning of an e-mail address"
    autocomplete_fields = ("user",)
    actions = (take_back,)
    ordering = ("-id",)

    @admin.display(description="state")
    def state(self, held: RoleAssignment) -> str:
        if held.is_live:
            return "in force"
        return "taken back" if held.revoked_by_id else "ended"


admin.site.unregister([PeriodicTask, IntervalSchedule, CrontabSchedule])
# Nothing here runs by the sun, or once.
admin.site.unregister([SolarSchedule, ClockedSchedule])


# A second is the least; below it stand microseconds.
TOO_OFTEN = IntervalSchedule.MICROSECONDS


class TimetableForm(forms.ModelForm):  # type: ignore[type-arg]  # in stubs only
    """When a task runs and whether; with what, and where, is for the code to say."""

    task = forms.ChoiceField(choices=timetable.tasks)

    class Meta:
        model = PeriodicTask
        fields = ("name", "task", "enabled", "description", "interval", "crontab")


@admin.register(PeriodicTask)
class TimetableAdmin(PeriodicTaskAdmin):  # type: ignore[misc]  # untyped
    """The package's page without its actions, which ask for no permission; what is
    changed is recorded."""

    form = TimetableForm
    actions = None
    show_facets = admin.ShowFacets.NEVER
    date_hierarchy = None
    list_display = ("name", "enabled", "scheduler", "last_run_at")
    fieldsets = (
        (None, {"fields": ("name", "task", "enabled", "description")}),
        (
            "Schedule",
            {"fields": ("interval", "crontab", "crontab_translation", "last_run_at")},
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


@admin.register(IntervalSchedule, CrontabSchedule)
class ScheduleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # in stubs only
    """What an entry of the timetable is set to: added from its page, and not changed,
    because other entries may be set to the same."""

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


@admin.register(RoleLimits)
class RoleLimitsAdmin(VerbPage):
    task = "Safety"
    form = LimitsForm
    changes = Permission.LIMITS_CHANGE
    list_display = ("role", *limits.FIELDS)
    list_select_related = ("role",)
