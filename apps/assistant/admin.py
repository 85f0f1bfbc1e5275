"""The console's view of the assistant: what it did for whom, to look at."""

from django.contrib import admin

from apps.assistant.models import Conversation, Reminder, ToolCall
from apps.core.admin import ReadOnlyAdmin


@admin.register(ToolCall)
class ToolCallAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "user", "tool", "risk", "state", "turn")
    list_filter = ("state", "risk", "tool")
    search_fields = ("=user__email", "=tool", "receipt")
    list_select_related = ("user", "turn")
    date_hierarchy = "created_at"


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    list_display = ("due_at", "user", "state", "zone", "snoozes", "note")
    list_filter = ("state",)
    search_fields = ("=user__email", "text", "=public_id")
    list_select_related = ("user",)
    date_hierarchy = "due_at"


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ("user", "question_until", "menu_until", "updated_at")
    search_fields = ("=user__email",)
    list_select_related = ("user",)
