"""The console's view of money: the price list, and the ledger text by text."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timesince import timesince

from apps.core.admin import ReadOnlyInline
from apps.rbac.console.pages import Page
from apps.sms.models import BillLine, Charge, Entry, Price
from apps.sms.money import bills, exactly_in_dollars
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
    nothing = "No price is known yet."
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
        amount = _amount(row.micros, row.currency)
        return amount if row.is_counted else f"{amount}, not counted"

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
    nothing = "Nothing has cost anything yet."
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


@admin.register(BillLine)
class BillLineAdmin(Page):
    task = "Messaging"
    has_history = False
    nothing = "No bill has been compared yet."
    list_display = (
        "of_month",
        "part",
        "ledger_says",
        "was_billed",
        "difference",
        "verdict",
    )
    fields = (*list_display, "by_ledger", "by_category", "checked_at")
    list_filter = ("part",)
    ordering = ("-month", "-part")

    @admin.display(description="month", ordering="month")
    def of_month(self, row: BillLine) -> str:
        return f"{row.month:%B %Y}"

    @admin.display(description="the ledger says")
    def ledger_says(self, row: BillLine) -> str:
        return "-" if row.part == row.Part.REST else exactly_in_dollars(row.ledger)

    @admin.display(description="Twilio billed")
    def was_billed(self, row: BillLine) -> str:
        return _amount(row.billed, row.currency)

    @admin.display(description="difference")
    def difference(self, row: BillLine) -> str:
        if row.part == row.Part.REST or row.currency != "USD":
            return "-"
        sign = "+" if row.more > 0 else ""
        most = max(row.billed, row.ledger)
        part = f", {sign}{100 * row.more / most:.1f} %" if most else ""
        return f"{sign}{exactly_in_dollars(row.more)}{part}"

    @admin.display(description="is it right?")
    def verdict(self, row: BillLine) -> str:
        if row.part == row.Part.REST:
            return "Not in the ledger"
        if row.currency != "USD":
            return "Another currency: not compared"
        return "Differs too much" if bills.is_off(row) else "Yes"

    @admin.display(description="the ledger, by kind")
    def by_ledger(self, row: BillLine) -> str:
        labels = dict(Charge.What.choices)
        said = (
            f"{labels[kind]} {exactly_in_dollars(micros)}"
            for kind, micros in sorted(row.kinds.items())
        )
        return ", ".join(said) or "-"

    @admin.display(description="Twilio, by category")
    def by_category(self, row: BillLine) -> str:
        said = (
            f"{name} {_amount(micros, row.currency)}"
            for name, micros in sorted(row.categories.items())
        )
        return ", ".join(said) or "-"


def _amount(micros: int, currency: str) -> str:
    amount = exactly_in_dollars(micros)
    return amount if currency == "USD" else f"{amount.replace('$', '')} {currency}"
