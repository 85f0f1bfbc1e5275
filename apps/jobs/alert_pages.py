"""Alerts in the console: what fires, who looks after it, and what is watched."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from apps.jobs import rules, watch
from apps.jobs.models import Alert, RuleSetting
from apps.rbac.catalog import Permission
from apps.rbac.console.actions import confirmed
from apps.rbac.console.forms import VerbForm, VerbPage
from apps.rbac.console.pages import Page


@confirmed(
    "Acknowledge",
    consequence="You look after it: it is not told again before it is over.",
    permission=Permission.ALERT_ACKNOWLEDGE,
)
def acknowledge(request: Any, alert: Any, reason: str) -> None:
    watch.acknowledge(by=request.user, alert=alert, words=reason)


@confirmed(
    "Close",
    consequence="Somebody knows that it is over, and others are told so.",
    permission=Permission.ALERT_ACKNOWLEDGE,
)
def close(request: Any, alert: Any, reason: str) -> None:
    watch.close(by=request.user, alert=alert, words=reason)


@admin.register(Alert)
class AlertAdmin(Page):
    task = "Work"
    list_display = (
        "title",
        "state",
        "severity",
        "source",
        "began_at",
        "resolved_at",
        "ended",
        "ended_by",
    )
    list_select_related = ("ended_by",)
    list_filter = ("state", "source")
    ordering = ("-id",)
    actions = (acknowledge, close)
    fields = (
        "title",
        "words",
        "state",
        "severity",
        "source",
        "mark",
        "began_at",
        "fired_at",
        "seen_at",
        "acknowledged_by",
        "acknowledged_at",
        "ends_at",
        "resolved_at",
        "ended",
        "ended_by",
        "came_back",
    )


def _watched() -> list[tuple[str, str]]:
    return [
        (rule.key, f"{rule.title} (above {rule.above:g} {rule.unit})")
        for rule in rules.every().values()
    ]


class RuleForm(VerbForm):
    rule = forms.ChoiceField(choices=_watched)
    above = forms.FloatField(
        label="Fires above",
        min_value=0,
        required=False,
        help_text="Empty for what the code says.",
    )

    class Meta:
        model = RuleSetting
        fields = ("rule", "is_on", "above")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].disabled = bool(self.instance.pk)

    def act(self) -> RuleSetting:
        row: RuleSetting = self.instance
        watch.change_rule(by=self.by, row=row)
        return row


@admin.register(RuleSetting)
class RuleAdmin(VerbPage):
    task = "Work"
    form = RuleForm
    adds = Permission.RULE_CHANGE
    changes = Permission.RULE_CHANGE
    list_display = ("rule", "is_on", "above")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
