"""The console's view of webhooks: where people are told of what happens, and how that
goes. Never a secret, nor more of an address than its server: the rest may be one. What a
receiver answered is its owner's alone."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from apps.rbac.console import masks
from apps.rbac.console.lists import among
from apps.rbac.console.pages import Page
from apps.webhooks.deliveries import TEST
from apps.webhooks.models import Delivery, Endpoint, Type


def _host(row: Endpoint) -> str:
    return urlsplit(row.url).netloc


@admin.register(Endpoint)
class EndpointAdmin(Page):
    found_by = ("public_id",)
    task = "Connections"
    owner = "user"
    nothing = "Nobody has added a webhook yet."
    list_display = (
        "server",
        "user",
        "is_enabled",
        "ending",
        "failures",
        "failing_since",
        "last_success_at",
    )
    list_filter = ("is_enabled", "ending", "created_at")
    list_select_related = ("user",)
    search_fields = ("=public_id", "user__email_canonical__startswith")
    search_help_text = "A public id, or the beginning of an address"
    ordering = ("-id",)
    fields = (
        "public_id",
        "server",
        "user",
        "types",
        "include_text",
        "is_enabled",
        "ending",
        "created_at",
        "older_until",
        "last_success_at",
        "failing_since",
        "failures",
        "held_until",
        "due_at",
    )

    @admin.display(description="server")
    def server(self, row: Endpoint) -> str:
        return _host(row)


@admin.register(Delivery)
class DeliveryAdmin(Page):
    found_by = ("public_id",)
    task = "Connections"
    # By which it is somebody's.
    owner = "endpoint"
    has_history = False
    nothing = "No webhook has been told of anything yet."
    list_display = (
        "happened_at",
        "type",
        "state",
        "status_code",
        "error",
        "attempts",
        "server",
        "whose",
    )
    list_filter = (
        "state",
        among("type", lambda: [*Type.values, TEST]),
        "happened_at",
    )
    list_select_related = ("endpoint__user",)
    search_fields = (
        "=public_id",
        "=endpoint__public_id",
        "endpoint__user__email_canonical__startswith",
    )
    search_help_text = (
        "A public id, its own or a webhook's, or the beginning of an address"
    )
    ordering = ("-id",)
    fields = (
        "public_id",
        "whose",
        "server",
        "type",
        "data",
        "happened_at",
        "state",
        "attempts",
        "attempted_at",
        "next_at",
        "status_code",
        "error",
        "milliseconds",
    )

    def person_of(self, obj: Any) -> Any:
        return obj.endpoint.user

    @admin.display(description="server")
    def server(self, row: Delivery) -> str:
        return _host(row.endpoint)

    @admin.display(description="person")
    def whose(self, row: Delivery) -> str:
        found = row.endpoint.user
        page = reverse("admin:accounts_user_change", args=[found.pk])
        return format_html(
            '<a href="{}">{}</a>', page, masks.person(str(found), found.pk)
        )
