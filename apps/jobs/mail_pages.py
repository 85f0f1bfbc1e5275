"""Letters in the console: what was written to whom, what became of it, and which
addresses are not written to."""

from typing import Any

from django.contrib import admin

from apps.jobs import suppressions
from apps.jobs.models import Letter, Suppression
from apps.rbac.catalog import Permission
from apps.rbac.console.actions import confirmed
from apps.rbac.console.belongings import Shown
from apps.rbac.console.pages import Page


@admin.register(Letter)
class LetterAdmin(Page):
    task = "Messaging"
    owner = "person"
    has_history = False
    pii = ("to",)
    found_by = ("public_id",)
    mentioned_by = ("to",)
    on_person = Shown.COUNT
    nothing = "No letter has been written yet."
    list_display = ("created_at", "to", "person", "name", "state", "reason")
    list_filter = ("state", "created_at")
    list_select_related = ("person",)
    search_fields = ("=public_id", "=to", "=provider_id")
    search_help_text = "A whole address, a public id, or the provider's id"
    ordering = ("-id",)
    # Not its words: they are for the mailbox alone.
    fields = (
        "public_id",
        "to",
        "person",
        "name",
        "category",
        "subject",
        "state",
        "reason",
        "provider_id",
        "job",
        "created_at",
        "finished_at",
    )


@confirmed(
    "Lift",
    done="lifted {}",
    consequence="They are written to again; what bounces stops it anew.",
    permission=Permission.SUPPRESSION_LIFT,
)
def lift(request: Any, suppression: Any, reason: str) -> None:
    suppressions.lift(by=request.user, suppression=suppression, reason=reason)


@admin.register(Suppression)
class SuppressionAdmin(Page):
    task = "Messaging"
    pii = ("address",)
    mentioned_by = ("address",)
    nothing = "Every address is written to."
    list_display = ("address", "why", "detail", "at")
    list_filter = ("why", "at")
    search_fields = ("=address",)
    search_help_text = "A whole address"
    ordering = ("-id",)
    actions = (lift,)
