"""Alerts in the console: what fires, who looks after it, and what is watched."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.validators import MinValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator

from apps.jobs import alarms, rules, watch
from apps.jobs.models import Alert, RuleSetting
from apps.rbac.catalog import Permission
from apps.rbac.console.actions import confirmed
from apps.rbac.console.forms import VerbForm, VerbPage
from apps.rbac.console.lists import MOST_COUNTED
from apps.rbac.console.pages import Page

# Many have one name: what they say tells them apart.
_LINE = 160


@confirmed(
    "Acknowledge",
    done="acknowledged {}",
    consequence="You look after it: it is not told again before it is over.",
    permission=Permission.ALERT_ACKNOWLEDGE,
    when=lambda alert: alert.state == Alert.State.FIRING,
)
def acknowledge(request: Any, alert: Any, reason: str) -> None:
    alarms.acknowledge(by=request.user, alert=alert, words=reason)


@confirmed(
    "Close",
    done="closed {}",
    consequence="Somebody knows that it is over, and others are told so.",
    permission=Permission.ALERT_ACKNOWLEDGE,
    # What is measured here would only come again.
    when=lambda alert: alert.ends_at is not None and alert.resolved_at is None,
)
def close(request: Any, alert: Any, reason: str) -> None:
    alarms.close(by=request.user, alert=alert, words=reason)


class SeverityFilter(admin.SimpleListFilter):
    """What the latest alerts say; the words are those of whoever posts them."""

    title = parameter_name = "severity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[Any]:
        latest = Alert.objects.order_by("-id").values("pk")[:MOST_COUNTED]
        found = Alert.objects.filter(pk__in=latest).order_by("severity")
        names = found.values_list("severity", flat=True).distinct()
        return [(name, name) for name in names if name]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> Any:
        return queryset.filter(severity=self.value()) if self.value() else queryset


@admin.register(Alert)
class AlertAdmin(Page):
    task = "Work"
    nothing = "No alert has fired yet."
    list_display = (
        "what",
        "state",
        "severity",
        "began_at",
        "ended",
    )
    list_filter = ("state", SeverityFilter, "source")
    search_fields = ("title", "words", "mark")
    search_help_text = "Words of its name, of what it says or of its mark"
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

    @admin.display(description="what", ordering="title")
    def what(self, alert: Alert) -> str:
        return Truncator(alert.in_words).chars(_LINE)

    def row_name(self, obj: Any) -> str:
        return self.what(obj)


class RuleForm(VerbForm):
    class Meta:
        model = RuleSetting
        fields = ("is_on", "above")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above: Any = self.fields["above"]
        above.min_value = 0
        above.validators.append(MinValueValidator(0))
        rule = rules.every().get(self.instance.rule)
        if rule is not None:
            above.help_text = (
                f"In {rule.unit}. Empty for what the code says, {rule.above:g}."
            )

    def act(self) -> RuleSetting:
        row: RuleSetting = self.instance
        watch.change_rule(by=self.by, row=row)
        return row


@admin.register(RuleSetting)
class RuleAdmin(VerbPage):
    """Every rule of the code, as operators have it."""

    task = "Work"
    form = RuleForm
    changes = Permission.RULE_CHANGE
    list_display = ("what", "fires_above", "lasting", "severity", "is_on", "changed")
    ordering = ("rule",)

    @admin.display(description="what", ordering="rule")
    def what(self, row: RuleSetting) -> str:
        rule = rules.every().get(row.rule)
        return rule.title if rule else row.rule

    @admin.display(description="fires above")
    def fires_above(self, row: RuleSetting) -> str:
        rule = rules.every().get(row.rule)
        if rule is None:
            return "-"
        return rule.spoken(rule.above if row.above is None else row.above)

    @admin.display(description="for")
    def lasting(self, row: RuleSetting) -> str:
        rule = rules.every().get(row.rule)
        return f"{rule.lasting} seconds" if rule and rule.lasting else "-"

    @admin.display(description="severity")
    def severity(self, row: RuleSetting) -> str:
        rule = rules.every().get(row.rule)
        return rule.severity.value if rule else "-"

    @admin.display(description="changed")
    def changed(self, row: RuleSetting) -> str:
        return "yes" if row.is_changed else "no"

    def row_name(self, obj: Any) -> str:
        return self.what(obj)
