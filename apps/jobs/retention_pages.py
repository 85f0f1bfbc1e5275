"""How long things are kept, in the console."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from apps.jobs import keeping
from apps.jobs.keeping import Looked
from apps.jobs.models import RetentionRule
from apps.rbac.catalog import Permission
from apps.rbac.console.forms import VerbForm, VerbPage


class RetentionForm(VerbForm):
    class Meta:
        model = RetentionRule
        fields = ("days", "is_on")

    def act(self) -> RetentionRule:
        row: RetentionRule = self.instance
        keeping.change(by=self.by, row=row)
        return row


@admin.action(description="Dry run")
def dry_run(page: Any, request: HttpRequest, queryset: Any) -> None:
    """What would go now; nothing goes."""
    for found in keeping.dry_run(list(queryset.values_list("rule", flat=True))):
        messages.info(request, _said(found))


dry_run.permission = Permission.RETENTION_VIEW  # type: ignore[attr-defined]


@admin.register(RetentionRule)
class RetentionAdmin(VerbPage):
    task = "Work"
    form = RetentionForm
    changes = Permission.RETENTION_CHANGE
    list_display = ("words", "days", "is_on")
    ordering = ("rule",)
    actions = (dry_run,)

    @admin.display(description="what")
    def words(self, row: RetentionRule) -> str:
        rule = keeping.every().get(row.rule)
        return rule.words if rule else row.rule


def _said(found: Looked) -> str:
    more = "+" if found.rows == keeping.MOST_COUNTED else ""
    off = "" if found.is_on else ", and the rule is off"
    days = "1 day" if found.days == 1 else f"{found.days} days"
    return f"{found.rule.words}, {days}: {found.rows:,}{more} would go{off}."
