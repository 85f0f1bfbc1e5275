"""The console's view of money: the price list, and the ledger text by text."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timesince import timesince

from apps.core.admin import ReadOnlyInline
from apps.rbac.console.pages import Page
from apps.sms.models import Charge, Entry, Price
from apps.sms.money import exactly_in_dollars
from apps.sms.money.prices import OLD_AFTER


class AgeFilter(admin.SimpleListFilter):
    title = "age"
    parameter_name = "age"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, str]]:
        days = OLD_AFTER.days
        return [("old", f"Not told for {days} days"), ("new", "Told since")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        since = timezone.now() - OLD_AFTER
        if self.value() == "old":
            return queryset.filter(checked_at__lt=since)
        return queryset.filter(checked_at__gte=since) if self.value() else queryset


@admin.register(Price)
class PriceAdmin(Page):
    task = "Messaging"
    list_display = (
        "where",
        "direction",
        "part",
        "number_type",
        "price",
        "source",
        "valid_from",
        "told",
    )
    list_filter = ("source", "direction", "part", AgeFilter)
    search_fields = ("=country",)
    search_help_text = "A country in two letters, like US"
    ordering = ("country", "direction", "part", "number_type", "-valid_from")

    @admin.display(description="country")
    def where(self, row: Price) -> str:
        return row.country or "any other"

    @admin.display(description="price")
    def price(self, row: Price) -> str:
        if row.is_counted:
            return exactly_in_dollars(row.micros)
        amount = exactly_in_dollars(row.micros).removeprefix("$")
        return f"{amount} {row.currency}, not counted"

    @admin.display(description="last told")
    def told(self, row: Price) -> str:
        return f"{timesince(row.checked_at, depth=1)} ago"


class EntryInline(ReadOnlyInline):
    model = Entry
    fields = ("at", "kind", "amount")

    @admin.display(description="dollars")
    def amount(self, row: Entry) -> str:
        return exactly_in_dollars(row.micros)


@admin.register(Charge)
class ChargeAdmin(Page):
    task = "Messaging"
    owner = "user"
    list_display = (
        "at",
        "what",
        "user",
        "country",
        "segments",
        "cost",
        "state",
        "pot",
    )
    list_filter = ("what", "state", "pot", "at")
    list_select_related = ("user",)
    search_fields = ("user__email_canonical__startswith", "=sid", "=cause")
    search_help_text = "The beginning of an e-mail address, or a MessageSid"
    inlines: ClassVar = [EntryInline]

    @admin.display(description="cost")
    def cost(self, row: Charge) -> str:
        return exactly_in_dollars(row.micros)
