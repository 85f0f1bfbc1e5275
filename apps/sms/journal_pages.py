"""The journal of Twilio's calls in the console: what came, and once more."""

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core.vault import Unreadable
from apps.rbac.catalog import Permission
from apps.rbac.console.actions import confirmed
from apps.rbac.console.pages import Page
from apps.sms import journal
from apps.sms.models import WebhookCall


@confirmed(
    "Play again",
    done="played {} again",
    consequence="It goes the way it went the first time. What is known already changes "
    "nothing; what was lost is taken now.",
    permission=Permission.CALL_REPLAY,
)
def replay(request: HttpRequest, call: WebhookCall, reason: str) -> None:
    journal.replay(by=request.user, call=call, words=reason)


@admin.register(WebhookCall)
class WebhookCallAdmin(Page):
    task = "Messaging"
    secret = ("form",)
    is_conversation = True
    mentioned_by = ("sid", "request_id")
    nothing = "Twilio has not called yet."
    list_display = ("called_at", "via", "outcome", "sid", "request_id", "replayed_at")
    list_filter = ("via", "outcome", "called_at")
    search_fields = ("=sid", "=request_id")
    search_help_text = "A MessageSid or a request id"
    fields = (
        "called_at",
        "via",
        "outcome",
        "sid",
        "request_id",
        "replayed_at",
        "posted",
    )
    ordering = ("-id",)
    actions = (replay,)

    def person_of(self, obj: Any) -> Any:
        return journal.person_of(obj)

    @admin.display(description="what was posted")
    def posted(self, call: WebhookCall) -> SafeString | str:
        try:
            shown = json.dumps(journal.redacted(call), indent=1, sort_keys=True)
        except Unreadable:
            return "The key it was sealed under is gone."
        return format_html("<pre>{}</pre>", shown)
