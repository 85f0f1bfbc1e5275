"""The console's view of the assistant: what it did for whom, to look at."""

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, path, reverse

from apps.assistant import phrases, phrasings, reports, toolbox, trial_pages
from apps.assistant.models import (
    Approval,
    Conversation,
    Event,
    Phrasing,
    Reminder,
    Report,
    Sync,
    Thought,
    ToolCall,
)
from apps.rbac.catalog import Permission
from apps.rbac.console.actions import confirmed
from apps.rbac.console.forms import VerbForm, VerbPage
from apps.rbac.console.lists import among
from apps.rbac.console.pages import Page, Tool


class AssistantPage(Page):
    task = "Messaging"
    owner = "user"
    list_select_related: ClassVar[tuple[str, ...]] = ("user",)


@admin.register(ToolCall)
class ToolCallAdmin(AssistantPage):
    is_conversation = True
    secret = ("arguments", "receipt", "result", "undo")
    nothing = "The assistant has used no tool yet."
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
    found_by = ("public_id",)
    is_conversation = True
    secret = ("sentence", "about", "basis")
    nothing = "The assistant has asked for no approval yet."
    list_display = ("asked_at", "user", "call", "decision", "decided_via", "expires_at")
    list_filter = ("decision", "decided_via")
    search_fields = ("user__email_canonical__startswith", "=public_id")
    search_help_text = "The beginning of an e-mail address, or a public id"
    list_select_related = ("user", "call")


@admin.register(Thought)
class ThoughtAdmin(AssistantPage):
    found_by = ("public_id",)
    is_conversation = True
    secret = ("said",)
    nothing = "No language model has been asked yet."
    list_display = ("at", "user", "model", "outcome", "requests", "micros", "took_ms")
    list_filter = ("outcome", among("model", lambda: [settings.ASSISTANT_LLM_MODEL]))
    search_fields = ("user__email_canonical__startswith", "=public_id")
    search_help_text = "The beginning of an e-mail address, or a public id"
    list_select_related = ("user", "turn")


@admin.register(Reminder)
class ReminderAdmin(AssistantPage):
    found_by = ("public_id",)
    secret = ("text",)
    nothing = "Nobody has set a reminder yet."
    list_display = ("due_at", "user", "state", "zone", "snoozes", "note")
    list_filter = ("state",)
    search_fields = ("user__email_canonical__startswith", "=public_id")
    search_help_text = "The beginning of an e-mail address, or a public id"


@admin.register(Event)
class EventAdmin(AssistantPage):
    found_by = ("public_id",)
    secret = ("title", "place", "notes")
    nothing = "Nobody has an event yet."
    list_display = ("starts_at", "user", "zone", "is_all_day", "rule", "is_deleted")
    list_filter = ("is_deleted", "is_all_day")
    search_fields = ("user__email_canonical__startswith", "=public_id")
    search_help_text = "The beginning of an e-mail address, or a public id"


@admin.register(Sync)
class SyncAdmin(AssistantPage):
    found_by = ("public_id",)
    nothing = "No calendar is kept in step yet."
    list_display = ("connection", "user", "state", "problem", "last_at", "next_at")
    list_filter = ("state",)
    exclude = ("cursor", "unkept")
    search_fields = ("user__email_canonical__startswith", "=public_id")
    search_help_text = "The beginning of an e-mail address, or a public id"
    list_select_related = ("user", "connection")


@admin.register(Conversation)
class ConversationAdmin(AssistantPage):
    is_conversation = True
    nothing = "Nobody has talked with the assistant yet."
    list_display = ("user", "question_until", "menu_until", "updated_at")
    fields = ("user", "question_until", "menu_until", "overflow_until", "updated_at")
    search_fields = ("user__email_canonical__startswith",)
    search_help_text = "The beginning of an e-mail address"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(partial(trial_pages.redo, self))
        own = path("<int:turn_id>/redo/", view, name="assistant_conversation_redo")
        return [own, *super().get_urls()]


class PhrasingForm(VerbForm):
    language = forms.ChoiceField(choices=[])
    tool = forms.ChoiceField(choices=[], help_text="What is done.")
    says = forms.CharField(
        label="What people say",
        max_length=200,
        help_text="[word] may be left out, (one|of several), {text} is what they fill in: "
        "the name of an argument of the tool, {number} of what was listed, {when} a time.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 60}),
    )

    class Meta:
        model = Phrasing
        fields = ("language", "tool", "says", "time", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language: Any = self.fields["language"]
        language.choices = [(each, each) for each in phrases.languages()]
        tool: Any = self.fields["tool"]
        tool.choices = [(each.name, each.name) for each in toolbox.every()]
        self.fields["time"].help_text = "Taken out of the text before the rest is read."

    def act(self) -> Phrasing:
        if self.instance.pk is None:
            return phrasings.add(by=self.by, **self.cleaned_data)
        row = Phrasing.objects.get(pk=self.instance.pk)
        return phrasings.change(by=self.by, row=row, **self.cleaned_data)


@admin.register(Phrasing)
class PhrasingAdmin(VerbPage):
    task = "Messaging"
    form = PhrasingForm
    adds = Permission.PHRASING_ADD
    changes = Permission.PHRASING_CHANGE
    change_list_template = "admin/assistant/phrasing/change_list.html"
    nothing = "Nothing has been taught beyond the release."
    list_display = ("says", "tool", "language", "time", "is_active", "changed_at")
    list_filter = (
        "is_active",
        among("language", phrases.languages),
        among("tool", lambda: (each.name for each in toolbox.every())),
    )
    search_fields = ("says__icontains", "=tool")
    search_help_text = "A part of the words, or a tool"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(partial(trial_pages.grammar, self))
        return [path("try/", view, name="assistant_phrasing_try"), *super().get_urls()]


@confirmed(
    "Mark as seen",
    done="marked {} as seen",
    consequence="They do not stand on the front page any more.",
    permission=Permission.REPORT_CHANGE,
    when=lambda report: report.seen_at is None,
)
def mark_seen(request: Any, report: Any, reason: str) -> None:
    reports.mark_seen(by=request.user, row=report)


class SeenFilter(admin.SimpleListFilter):
    title = "seen"
    parameter_name = "seen"

    def lookups(self, request: Any, page: Any) -> list[tuple[str, str]]:
        return [("no", "Not yet"), ("yes", "Seen")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() is None:
            return queryset
        return queryset.filter(seen_at__isnull=self.value() == "no")


@admin.register(Report)
class ReportAdmin(AssistantPage):
    is_conversation = True
    secret = ("words",)
    nothing = "Nobody has reported an answer."
    list_display = ("reported_at", "user", "turn", "seen_at")
    list_filter = (SeenFilter,)
    list_select_related = ("user", "turn")
    actions = (mark_seen,)
    search_fields = ("user__email_canonical__startswith",)
    search_help_text = "The beginning of an e-mail address"

    def tools(self, request: Any, obj: Any) -> list[Tool]:
        found = super().tools(request, obj)
        if obj.turn_id is None:
            return found
        page = reverse("admin:sms_turn_journey", args=[obj.turn_id])
        return [*found, Tool("Follow what it is about", page)]
