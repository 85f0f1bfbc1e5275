"""The way of one text as a page of the console."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.rbac import audit
from apps.rbac.console.pages import Page, Tool
from apps.sms import journeys


class FollowedPage(Page):
    """A page of a turn, or of a text, from which its way can be followed."""

    def tools(self, request: HttpRequest, obj: Any) -> list[Tool]:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_journey"
        follow = Tool("Follow it end to end", reverse(name, args=[obj.pk]))
        return [*super().tools(request, obj), follow]

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_journey"
        view = self.admin_site.admin_view(self.journey_view)
        return [
            path("<path:object_id>/journey/", view, name=name),
            *super().get_urls(),
        ]

    def journey_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        obj = self.seen(request, object_id)
        # Like a look at the row itself: its person can see who looked.
        audit.decided(
            f"{self.opts.label_lower}.view",
            allowed=True,
            actor=request.user,
            subject=self.person_of(obj),
            obj=obj,
            now=True,
        )
        steps = journeys.of(obj)
        first = next((step.at for step in steps if step.at), None)
        shown = {
            **self.admin_site.each_context(request),
            "title": "End to end",
            "opts": self.opts,
            "original": obj,
            "row_name": self.row_name(obj),
            "steps": [
                (step, step.at - first if step.at and first else None) for step in steps
            ],
        }
        return TemplateResponse(request, "admin/journey.html", shown)
