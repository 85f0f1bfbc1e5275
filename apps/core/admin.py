"""What every page of the console shares."""

from typing import Any

from django.contrib import admin
from django.db.models import DateTimeField, Model
from django.http import HttpRequest
from django.utils import timezone


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in stubs only
    """Facts to look at: nothing can be added, changed or deleted."""

    show_full_result_count = False
    # Each would count the table once more.
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]  # in stubs only
    """Rows that belong to the one looked at, likewise."""

    template = "admin/_inline_rows.html"
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields


class ZonedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in stubs only
    """Says beside a time to fill in that it is read in the operator's time zone, and
    what each of its two fields is."""

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **more: Any
    ) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **more)
        if field is not None and isinstance(db_field, DateTimeField):
            zone = timezone.get_current_timezone_name()
            name_parts(field)
            field.help_text = f"In your time zone, {zone}. {field.help_text}".strip()
        return field


def name_parts(field: Any) -> None:
    """Of a moment that is filled in as a date and a time: what each of them is."""
    parts = getattr(field.widget, "widgets", ())
    for part, widget in zip(("date", "time"), parts, strict=False):
        widget.attrs["aria-label"] = f"{field.label}, {part}"
