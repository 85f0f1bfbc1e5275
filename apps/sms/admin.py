from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.core.admin import ReadOnlyAdmin
from apps.sms.models import (
    DeliveryEvent,
    InboundText,
    Lane,
    OptOut,
    OutboundText,
    PhoneNumber,
    Turn,
)


@admin.register(PhoneNumber)
class PhoneNumberAdmin(ReadOnlyAdmin):
    list_display = ("e164", "user", "status", "is_primary", "label", "verified_at")
    list_filter = ("status", "is_primary")
    list_select_related = ("user",)
    search_fields = ("e164", "user__email", "label")
    search_help_text = "A number, an e-mail address or a label"


class TextInline(admin.TabularInline):  # type: ignore[type-arg]  # in stubs only
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class InboundInline(TextInline):
    model = InboundText
    fields = ("received_at", "number", "body", "keyword", "sid")


class OutboundInline(TextInline):
    model = OutboundText
    fields = ("created_at", "body", "state", "delivery", "segments", "error_code")


@admin.register(Turn)
class TurnAdmin(ReadOnlyAdmin):
    list_display = ("id", "user", "number", "started_at", "finished_at", "silence")
    list_filter = ("silence", "started_at")
    list_select_related = ("user",)
    search_fields = ("number", "user__email", "request_id")
    search_help_text = "A number, an e-mail address or a request id"
    inlines = (InboundInline, OutboundInline)


@admin.register(InboundText)
class InboundTextAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "number", "user", "body", "keyword", "turn")
    list_filter = ("keyword", "received_at")
    list_select_related = ("user", "turn")
    search_fields = ("sid__exact", "number", "user__email", "body", "request_id__exact")
    search_help_text = "MessageSid, number, e-mail address, words or request id"


class EventInline(TextInline):
    model = DeliveryEvent
    fields = ("received_at", "status", "error_code", "sid")


@admin.register(OutboundText)
class OutboundTextAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "number", "user", "body", "state", "delivery", "kind")
    list_filter = ("state", "delivery", "kind", "created_at")
    list_select_related = ("user",)
    search_fields = (
        "provider_sid__exact",
        "number",
        "user__email",
        "body",
        "request_id__exact",
    )
    search_help_text = "MessageSid, number, e-mail address, words or request id"
    inlines = (EventInline,)


@admin.register(OptOut)
class OptOutAdmin(ReadOnlyAdmin):
    list_display = ("number", "our_number", "is_out", "source", "changed_at")
    list_filter = ("is_out", "source")
    search_fields = ("number",)


@admin.register(Lane)
class LaneAdmin(ReadOnlyAdmin):
    list_display = ("key", "user", "due_at", "lease_until")
    list_select_related = ("user",)
    search_fields = ("key", "user__email")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lane]:
        return super().get_queryset(request).order_by("due_at", "key")
