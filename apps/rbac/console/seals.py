"""The seals of the audit in the console."""

from django.contrib import admin

from apps.rbac.console.pages import Page
from apps.rbac.models import AuditSeal


class SealPage(Page):
    task = "Safety"
    has_history = False
    change_list_template = "admin/audit_seals.html"
    nothing = "No hour has been sealed yet."
    list_display = ("number", "sealed_at", "month", "count", "first_id", "last_id")
    ordering = ("-number",)
    fields = (
        "number",
        "sealed_at",
        "month",
        "count",
        "first_id",
        "last_id",
        "total",
        "root_hex",
        "previous_hex",
        "digest_hex",
    )

    @admin.display(description="Merkle root")
    def root_hex(self, seal: AuditSeal) -> str:
        return bytes(seal.root).hex()

    @admin.display(description="digest of the seal before")
    def previous_hex(self, seal: AuditSeal) -> str:
        return bytes(seal.previous).hex()

    @admin.display(description="digest")
    def digest_hex(self, seal: AuditSeal) -> str:
        return bytes(seal.digest).hex()
