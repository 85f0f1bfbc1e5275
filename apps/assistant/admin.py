"""The console's view of the assistant: what it did for whom, to look at."""

from typing import ClassVar

from django.conf import settings
from django.contrib import admin

from apps.assistant import toolbox
from apps.assistant.models import Approval, Conversation, Reminder, Thought, ToolCall
from apps.rbac.console.lists import among
from apps.rbac.console.pages import Page


class AssistantPage(Page):
    task = "Messaging"
    owner = "user"
    list_select_related: ClassVar[tuple[str, ...]] = ("user",)


@admin.register(ToolCall)
class ToolCallAdmin(AssistantPage):
    secret = ("arguments", "receipt", "result", "undo")
    list_display = ("created_at", "user", "tool", "risk", "state", "turn")
    list_filter = (
        "state",
        "risk",
        among("tool", lambda: (each.name for each in toolbox.every())),
    )
    search_fields = ("user__email_canonical__startswith", "=tool")
    search_help_text = "The beginning of an e-mail address, or a tool"
    list_select_related = ("user", "turn")


@admin.register(Approval)
class ApprovalAdmin(AssistantPage):
    secret = ("sentence", "about", "basis")
    list_display = ("asked_at", "user", "call", "decision", "decided_via", "expires_at")
    list_filter = ("decision", "decided_via")
    search_fields = ("user__email_canonical__startswith", "=public_id")
    search_help_text = "The beginning of an e-mail address, or a public id"
    list_select_related = ("user", "call")


@admin.register(Thought)
class ThoughtAdmin(AssistantPage):
    secret = ("said",)
    list_display = ("at", "user", "model", "outcome", "requests", "micros", "took_ms")
    list_filter = ("outcome", among("model", lambda: [settings.ASSISTANT_LLM_MODEL]))
    search_fields = ("user__email_canonical__startswith", "=public_id")
    search_help_text = "The beginning of an e-mail address, or a public id"
    list_select_related = ("user", "turn")


@admin.register(Reminder)
class ReminderAdmin(AssistantPage):
    secret = ("text",)
    list_display = ("due_at", "user", "state", "zone", "snoozes", "note")
    list_filter = ("state",)
    search_fields = ("user__email_canonical__startswith", "=public_id")
    search_help_text = "The beginning of an e-mail address, or a public id"


@admin.register(Conversation)
class ConversationAdmin(AssistantPage):
    list_display = ("user", "question_until", "menu_until", "updated_at")
    fields = ("user", "question_until", "menu_until", "overflow_until", "updated_at")
    search_fields = ("user__email_canonical__startswith",)
    search_help_text = "The beginning of an e-mail address"
