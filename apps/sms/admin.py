"""The console's view of the texts: facts to look at, words only for a reason."""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from apps.core.admin import ReadOnlyInline
from apps.rbac.console import masks
from apps.rbac.console.belongings import Shown
from apps.rbac.console.lists import ToldApart, among
from apps.rbac.console.pages import Page
from apps.sms import (  # noqa: F401  (some register their pages)
    diagnosis,
    dialing,
    journal_pages,
    lanes,
    numbers,
    optouts,
    reach,
    router,
    router_pages,
    troubles,
)
from apps.sms.journey_pages import FollowedPage
from apps.sms.knobs.countries import ALLOWED
from apps.sms.models import (
    AnsweredDay,
    CarrierFinding,
    DeliveryEvent,
    InboundText,
    Lane,
    NumberEvent,
    OptOut,
    OutboundText,
    PhoneNumber,
    Turn,
    UsageLog,
)
from apps.sms.money import pages  # noqa: F401  (registers its pages)
from apps.sms.money import exactly_in_dollars
from apps.sms.panel import LOOK_BACK

MASKED = ("number",)


class MessagingPage(Page):
    task = "Messaging"
    owner = "user"
    is_conversation = True

    def person_of(self, obj: Any) -> Any:
        return numbers.whose(obj)


@admin.display(description="what went wrong")
def trouble(obj: OutboundText | DeliveryEvent) -> str:
    return str(troubles.of(obj.error_code)) if obj.error_code else "-"


class TextInline(ReadOnlyInline):
    show_change_link = True

    @admin.display(description="what went wrong")
    def went_wrong(self, obj: Any) -> str:
        return trouble(obj)


class InboundInline(TextInline):
    model = InboundText
    fields = ("received_at", "keyword", "sid")


class OutboundInline(TextInline):
    model = OutboundText
    fields = ("created_at", "state", "delivery", "segments", "went_wrong")


class EventInline(TextInline):
    model = DeliveryEvent
    fields = ("received_at", "status", "went_wrong", "sid")


class NumberEventInline(TextInline):
    model = NumberEvent
    fields = ("at", "kind", "detail")


class FailedFilter(admin.SimpleListFilter):
    title = "what failed"
    parameter_name = "failed"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, str]]:
        return [("day", "In the last 24 hours"), ("ever", "Ever")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "day":
            return queryset.failed().filter(created_at__gte=timezone.now() - LOOK_BACK)
        return queryset.failed() if self.value() == "ever" else queryset


class WaitingFilter(admin.SimpleListFilter):
    title = "waiting"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, str]]:
        minutes = lanes.STUCK_AFTER // timedelta(minutes=1)
        return [("long", f"Longer than {minutes} minutes"), ("yes", "At all")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        if self.value() == "long":
            return queryset.filter(pk__in=lanes.stuck())
        due = queryset.filter(due_at__isnull=False)
        return due if self.value() == "yes" else queryset


@admin.register(PhoneNumber)
class PhoneNumberAdmin(MessagingPage):
    task = "People"
    pii = ("e164", "label")
    is_conversation = False
    found_by = ("e164",)
    on_person = Shown.ROWS
    nothing = "Nobody has added a number yet."
    list_display = (
        "e164",
        "user",
        "status",
        "doubt",
        "is_primary",
        "line_type",
        "label",
        "verified_at",
    )
    fields = (
        "user",
        "e164",
        "label",
        "status",
        "doubt",
        "hindrance",
        "is_primary",
        "line_type",
        "line_type_at",
        "created_at",
        "verified_at",
        "proved_at",
        "confirmed_at",
        "suspended_at",
        "released_at",
    )
    list_filter = ("status", "doubt", "is_primary")
    list_select_related = ("user",)
    search_fields = ("=e164", "user__email_canonical__startswith", "label")
    search_help_text = "A whole number, the beginning of an e-mail address, or a label"
    inlines: ClassVar = [NumberEventInline]

    @admin.display(description="what keeps texts from it")
    def hindrance(self, row: PhoneNumber) -> str:
        said = [dialing.refusal(row.e164)]
        if reach.is_unreachable(row.e164):
            said.append(reach.SENTENCE)
        if optouts.is_out(number=row.e164, our_number=settings.TWILIO_NUMBER):
            said.append("It has said STOP.")
        return " ".join(filter(None, said)) or "Nothing"


@admin.register(Turn)
class TurnAdmin(FollowedPage, MessagingPage):
    pii = MASKED
    mentioned_by = ("request_id",)
    nothing = "No text has been taken up yet."
    list_display = ("id", "user", "number", "started_at", "finished_at", "silence")
    list_filter = ("silence", "started_at")
    list_select_related = ("user",)
    search_fields = ("=number", "user__email_canonical__startswith", "=request_id")
    search_help_text = "A number, the beginning of an e-mail address, or a request id"
    inlines: ClassVar = [InboundInline, OutboundInline]


@admin.register(InboundText)
class InboundTextAdmin(FollowedPage, MessagingPage):
    pii = MASKED
    secret = ("body", "media")
    found_by = ("sid",)
    mentioned_by = ("number", "request_id")
    on_person = Shown.COUNT
    nothing = "No text has come yet."
    list_display = ("received_at", "number", "user", "body", "keyword", "turn")
    list_filter = ("keyword", "received_at")
    list_select_related = ("user", "turn")
    search_fields = (
        "=sid",
        "=number",
        "user__email_canonical__startswith",
        "=request_id",
    )
    search_help_text = "MessageSid, number, beginning of an e-mail, or request id"


@admin.register(OutboundText)
class OutboundTextAdmin(FollowedPage, MessagingPage):
    pii = MASKED
    secret = ("body",)
    found_by = ("provider_sid",)
    mentioned_by = ("number", "request_id")
    on_person = Shown.COUNT
    nothing = "No text has been written yet."
    list_display = ("created_at", "number", "user", "body", "state", "delivery", "kind")
    list_filter = (
        FailedFilter,
        ("state", ToldApart),
        "delivery",
        "kind",
        "created_at",
    )
    list_select_related = ("user",)
    search_fields = (
        "=provider_sid",
        "=number",
        "user__email_canonical__startswith",
        "=request_id",
    )
    search_help_text = "MessageSid, number, beginning of an e-mail, or request id"
    inlines: ClassVar = [EventInline]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Not the sealed words of a code: they are for the phone alone."""
        shown = [each for each in super().get_fields(request, obj) if each != "sealed"]
        return [trouble if each == "error_code" else each for each in shown]


class SinceFilter(admin.SimpleListFilter):
    """The newest day, unless asked for more: the log is as long as all that was ever
    texted."""

    title = "since"
    parameter_name = "since"
    DAYS: ClassVar = {"week": 7, "month": 31, "year": 366}

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, str]]:
        return [
            ("week", "7 days"),
            ("month", "31 days"),
            ("year", "A year"),
            ("ever", "Ever"),
        ]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": "24 hours"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        if self.value() == "ever":
            return queryset
        days = self.DAYS.get(self.value() or "", 1)
        return queryset.filter(created_at__gte=timezone.now() - timedelta(days=days))


@admin.register(UsageLog)
class UsageLogAdmin(MessagingPage):
    has_history = False
    pii = ("phone_number",)
    nothing = "Nobody has texted in the last 24 hours."
    list_display = (
        "created_at",
        "message_direction",
        "user",
        "phone_number",
        "country_code",
        "message_length",
        "parts",
        "took",
        "success",
        "went_wrong",
        "cost",
    )
    fields = (*list_display, "twilio_message_sid", "metadata", "text")
    list_filter = (
        SinceFilter,
        "message_direction",
        "success",
        among("country_code", lambda: router.value(ALLOWED)),
    )
    list_select_related = ("user",)
    search_fields = (
        "=twilio_message_sid",
        "=phone_number",
        "user__email_canonical__startswith",
    )
    search_help_text = "MessageSid, number, or the beginning of an e-mail address"
    ordering = ("-created_at",)

    @admin.display(description="segments")
    def parts(self, row: UsageLog) -> str:
        return str(row.segments or "-")

    @admin.display(description="took")
    def took(self, row: UsageLog) -> str:
        known = row.processing_time_ms
        return "-" if known is None else f"{known:,} ms"

    @admin.display(description="what went wrong")
    def went_wrong(self, row: UsageLog) -> str:
        return str(troubles.of(row.error_message)) if row.error_message else "-"

    @admin.display(description="cost")
    def cost(self, row: UsageLog) -> str:
        return "-" if row.micros is None else exactly_in_dollars(row.micros)

    @admin.display(description="the text")
    def text(self, row: UsageLog) -> str:
        direction, _, pk = row.id.partition(":")
        name = "inboundtext" if direction == "in" else "outboundtext"
        page = reverse(f"admin:sms_{name}_change", args=[pk])
        return format_html('<a href="{}">{}</a>', page, row.id)


@admin.register(OptOut)
class OptOutAdmin(MessagingPage):
    owner = ""
    is_conversation = False
    pii = MASKED
    mentioned_by = ("number",)
    nothing = "Nobody has opted out of texts."
    list_display = ("number", "our_number", "is_out", "source", "changed_at")
    list_filter = ("is_out", among("source", lambda: OptOut.SOURCES))
    search_fields = ("=number",)
    search_help_text = "A whole number, like +12025550101"


@admin.register(AnsweredDay)
class AnsweredDayAdmin(Page):
    task = "Messaging"
    has_history = False
    nothing = "No day has been counted yet."
    list_display = (
        "day",
        "texts",
        "turns",
        "replies",
        "silences",
        "lost",
        "doubled",
        "unordered",
        "checked_at",
    )
    ordering = ("-day",)


@admin.register(CarrierFinding)
class CarrierFindingAdmin(Page):
    task = "Messaging"
    has_history = False
    nothing = "No difference has been found at Twilio."
    list_display = ("what", "first_seen_at", "seen_at")
    ordering = ("name",)

    @admin.display(description="what differs")
    def what(self, row: CarrierFinding) -> str:
        return diagnosis.in_words(row)


@admin.register(Lane)
class LaneAdmin(MessagingPage):
    nothing = "Nobody has texted yet."
    list_display = ("masked_key", "user", "due_at", "lease_until")
    fields = ("masked_key", "user", "due_at", "lease_until", "lease_token")
    list_filter = (WaitingFilter,)
    list_select_related = ("user",)
    search_fields = ("=key", "user__email_canonical__startswith")
    search_help_text = "u:<id>, n:<number>, or the beginning of an e-mail address"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lane]:
        return super().get_queryset(request).order_by("due_at", "pk")

    # Not to be ordered by: that would tell between which others a number stands.
    @admin.display(description="key")
    def masked_key(self, lane: Lane) -> str:
        kind, _, whose = lane.key.partition(":")
        return f"{kind}:{masks.mask(whose) if kind == 'n' else whose}"
