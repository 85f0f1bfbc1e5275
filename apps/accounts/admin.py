from django.contrib import admin

from apps.accounts.models import User
from apps.core.admin import ReadOnlyAdmin


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = (
        "email",
        "name",
        "timezone",
        "is_active",
        "last_login",
        "created_at",
    )
    list_filter = ("is_active", "groups__role", "created_at")
    search_fields = ("email_canonical__startswith", "name", "public_id")
    search_help_text = "The beginning of an e-mail address, a name, or a public id."
    ordering = ("-id",)
    fields = (
        "public_id",
        "email",
        "name",
        "timezone",
        "is_active",
        "last_login",
        "created_at",
    )
