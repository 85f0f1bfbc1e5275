"""Second factors in the console: how people stand, and what an operator can do."""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db.models import Exists, Max, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from apps.mfa import lost
from apps.mfa.models import FactorState, RecoveryDevice, SMSDevice, TOTPDevice
from apps.rbac.catalog import Permission
from apps.rbac.console import masks
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
    done="removed the {}",
    is_grave=True,
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
    nothing = "Nobody has set up a second factor yet."
    list_display = ("user", "kinds", "wrong_codes", "waits_until", "enforced_at")
    fields = ("user", "kinds", "wrong_codes", "waits_until", "enforced_at")
    list_filter = ("enforced_at",)
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
        waits = "user__wrong_codes__waits_until"
        is_on = Q(**{f"{waits}__gt": timezone.now()})
        return (
            super()
            .get_queryset(request)
            .annotate(
                **has,
                wrong_codes=Coalesce(Sum("user__wrong_codes__count"), 0),
                waits_until=Max(waits, filter=is_on),
            )
        )

    def row_name(self, obj: Any) -> str:
        """Enough to say whose were removed."""
        return f"second factors of {masks.person(str(obj.user), obj.user_id)}"

    @admin.display(description="wrong codes since the last good one")
    def wrong_codes(self, state: Any) -> int:
        return int(state.wrong_codes)

    @admin.display(description="takes no codes until")
    def waits_until(self, state: Any) -> datetime | None:
        found: datetime | None = state.waits_until
        return found

    @admin.display(description="factors")
    def kinds(self, state: Any) -> str:
        found = (n for n in _KINDS if getattr(state, f"has_{n.replace(' ', '_')}"))
        return ", ".join(found) or "none"
