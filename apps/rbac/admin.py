"""Roles, who holds them, and what they may use."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils import timezone

from apps.rbac import assignments, limits, roles
from apps.rbac.catalog import Permission
from apps.rbac.console.actions import confirmed
from apps.rbac.console.belongings import Shown
from apps.rbac.console.events import EventPage
from apps.rbac.console.forms import VerbForm, VerbPage
from apps.rbac.console.seals import SealPage
from apps.rbac.models import (
    AuditEvent,
    AuditSeal,
    Role,
    RoleAssignment,
    RoleLimits,
)
from apps.rbac.reasons import insist_on_seen

# Groups are written by roles alone.
admin.site.unregister(Group)
admin.site.register(AuditEvent, EventPage)
admin.site.register(AuditSeal, SealPage)
# For how long a role is offered at most; any other moment is typed.
_MOST_DAYS, _DIGITS = 366, 4


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
        max_length=200,
        help_text="Kept in the audit, and shown to the person.",
        validators=[insist_on_seen],
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
    done="took back {}",
    is_grave=True,
    consequence="They lose the role on their next request.",
    permission=Permission.ROLE_REVOKE,
    when=lambda held: held.is_live,
)
def take_back(request: HttpRequest, held: RoleAssignment, reason: str) -> None:
    assignments.revoke(by=request.user, user=held.user, role=held.role, reason=reason)


@confirmed(
    "Delete",
    done="deleted {}",
    is_grave=True,
    consequence="Only a role that nobody has ever held can be deleted.",
    permission=Permission.ROLE_DELETE,
    when=lambda role: not role.is_system,
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

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("inherits")

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
    on_person = Shown.ROWS
    nothing = "Nobody holds a role."
    list_display = ("user", "role", "state", "expires_at", "granted_at", "reason")
    list_filter = ("role", "granted_at")
    list_select_related = ("user", "role")
    search_fields = ("user__email_canonical__startswith",)
    search_help_text = "The beginning of an e-mail address"
    autocomplete_fields = ("user",)
    actions = (take_back,)
    ordering = ("-id",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """An address can say for how many days."""
        found = super().get_changeform_initial_data(request)
        days = request.GET.get("days", "")
        if days.isascii() and days.isdigit() and 0 < int(days[:_DIGITS]) <= _MOST_DAYS:
            found["expires_at"] = timezone.now() + timedelta(days=int(days[:_DIGITS]))
        return found

    class Media:
        js = ("js/autocompletes.js",)

    @admin.display(description="state")
    def state(self, held: RoleAssignment) -> str:
        if held.is_live:
            return "in force"
        return "taken back" if held.revoked_by_id else "ended"


@admin.register(RoleLimits)
class RoleLimitsAdmin(VerbPage):
    task = "Safety"
    form = LimitsForm
    changes = Permission.LIMITS_CHANGE
    list_display = ("role", *limits.FIELDS)
    list_select_related = ("role",)
