"""People in the console, and what operators do about them."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.http import HttpRequest

from apps.accounts import suspension
from apps.accounts.models import User
from apps.rbac.catalog import Permission
from apps.rbac.console.actions import confirmed
from apps.rbac.console.pages import Page

# Addresses are changed by their owners; allauth's own page would let operators do it.
admin.site.unregister(EmailAddress)


@confirmed(
    "Suspend",
    consequence="They cannot sign in or text the assistant until they are restored.",
    permission=Permission.PERSON_SUSPEND,
)
def suspend(request: Any, person: Any, reason: str) -> None:
    suspension.suspend(by=request.user, user=person, reason=reason)


@confirmed(
    "Restore",
    consequence="They can sign in and text again.",
    permission=Permission.PERSON_SUSPEND,
)
def restore(request: Any, person: Any, reason: str) -> None:
    suspension.restore(by=request.user, user=person, reason=reason)


@admin.register(User)
class UserAdmin(Page):
    task = "People"
    pii = ("email", "name")
    list_display = ("email", "name", "roles", "is_active", "last_login", "created_at")
    list_filter = ("is_active", "groups__role", "created_at")
    search_fields = ("email_canonical__startswith", "name__startswith", "=public_id")
    search_help_text = "The beginning of an e-mail address or a name, or a public id"
    ordering = ("-id",)
    actions = (suspend, restore)
    fields = (
        "public_id",
        "email",
        "name",
        "timezone",
        "roles",
        "is_active",
        "last_login",
        "created_at",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups__role")

    @admin.display(description="roles")
    def roles(self, person: User) -> str:
        roles = [g.role for g in person.groups.all() if hasattr(g, "role")]
        return ", ".join(str(role) for role in sorted(roles, key=lambda r: -r.rank))

    def person_of(self, obj: Any) -> Any:
        return obj


@admin.register(EmailAddress)
class EmailAddressAdmin(Page):
    task = "People"
    owner = "user"
    pii = ("email",)
    list_display = ("email", "user", "verified", "primary")
    list_filter = ("verified", "primary")
    list_select_related = ("user",)
    search_fields = ("email__startswith",)
    search_help_text = "The beginning of an e-mail address"
