"""The router's settings in the console: what they are, what they were, and back."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from apps.rbac.catalog import Permission
from apps.rbac.console.forms import VerbForm, VerbPage
from apps.sms import router
from apps.sms.models import RouterConfig


class RouterForm(VerbForm):
    value = forms.CharField(
        max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    back_to = forms.ChoiceField(
        label="Or bring back",
        required=False,
        help_text="An earlier version, whatever stands above.",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = RouterConfig
        fields = ("is_active",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row: RouterConfig = self.instance
        knob = router.every().get(row.config_key)
        if knob is None:
            return
        stored = row.config_value
        self.fields["value"].initial = (
            " ".join(stored) if isinstance(stored, list) else stored
        )
        self.fields["value"].help_text = (
            f"{knob.title}: {knob.kind.hint}. As it comes: "
            f"{knob.kind.shown(knob.default)}."
        )
        self.fields["seen"].initial = row.version
        earlier = router.with_differences(row)[1:]
        back: Any = self.fields["back_to"]
        back.choices = [("", "-")] + [
            (each.version, f"version {each.version}: {router.shown(each)}")
            for each, _ in earlier
        ]

    def act(self) -> RouterConfig:
        given = self.cleaned_data
        kept = RouterConfig.objects.get(pk=self.instance.pk)
        if given["back_to"]:
            return router.roll_back(
                by=self.by, row=kept, version=int(given["back_to"]), seen=given["seen"]
            )
        return router.change(
            by=self.by,
            row=kept,
            typed=given["value"],
            is_active=given["is_active"],
            seen=given["seen"],
        )


@admin.register(RouterConfig)
class RouterConfigAdmin(VerbPage):
    task = "Messaging"
    form = RouterForm
    changes = Permission.ROUTER_CHANGE
    list_display = ("description", "value", "version", "config_key")
    ordering = ("config_key",)
    fields = ("description", "value", "version", "history")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        found = super().get_fields(request, obj)
        return found if "history" in found else [*found, "history"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return super().get_readonly_fields(request, obj) or ["history"]

    @admin.display(description="value")
    def value(self, row: RouterConfig) -> str:
        return router.shown(row)

    @admin.display(description="versions")
    def history(self, row: RouterConfig) -> SafeString:
        """Newest first: what each changed, who and when."""
        return format_html_join(
            mark_safe("<br>"),
            "{}. {}: {} ({})",
            (
                (
                    each.version,
                    date_format(localtime(each.changed_at), "Y-m-d H:i"),
                    said,
                    each.changed_by or "release",
                )
                for each, said in router.with_differences(row)
            ),
        )
