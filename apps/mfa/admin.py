"""Second factors in the console: how people stand, and what an operator can do."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from apps.mfa import lost
from apps.mfa.models import FactorState, RecoveryDevice, SMSDevice, TOTPDevice
from apps.rbac.catalog import Permission
from apps.rbac.console.actions import confirmed
from apps.rbac.console.pages import Page

# Its page would show what a passkey is checked with.
admin.site.unregister(Authenticator)

_KINDS = {
    "app": TOTPDevice,
    "text": SMSDevice,
    "recovery codes": RecoveryDevice,
    "passkey": Authenticator,
}


@confirmed(
    "Reset second factors",
    consequence="All their factors are removed, and they have to set new ones up after "
    "they next sign in. They are told. Be sure that it is they who ask.",
    permission=Permission.FACTORS_RESET,
)
def reset(request: Any, state: Any, reason: str) -> None:
    lost.reset(by=request.user, user=state.user, reason=reason)


@admin.register(FactorState)
class FactorStateAdmin(Page):
    task = "People"
    owner = "user"
    list_display = ("user", "kinds", "failures", "frozen_until", "enforced_at")
    fields = ("user", "kinds", "failures", "frozen_until", "enforced_at")
    list_filter = ("frozen_until", "enforced_at")
    list_select_related = ("user",)
    search_fields = ("user__email_canonical__startswith",)
    search_help_text = "The beginning of an e-mail address"
    ordering = ("-id",)
    actions = (reset,)

    def get_queryset(self, request: HttpRequest) -> Any:
        theirs = {"user": OuterRef("user")}
        has = {
            f"has_{name.replace(' ', '_')}": Exists(model.objects.filter(**theirs))
            for name, model in _KINDS.items()
        }
        return super().get_queryset(request).annotate(**has)

    @admin.display(description="factors")
    def kinds(self, state: Any) -> str:
        found = (n for n in _KINDS if getattr(state, f"has_{n.replace(' ', '_')}"))
        return ", ".join(found) or "none"
