"""The figures of all, for operators: one page, and the days as a file."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode

from apps.analytics import charts, drawing, figures
from apps.analytics import filters as filtering
from apps.analytics import overall, periods, summary
from apps.analytics.figures import Figures
from apps.analytics.filters import EVERYBODY, Filters
from apps.analytics.models import DaySum
from apps.analytics.periods import Period
from apps.core import live, spreadsheet
from apps.core.errors import Invalid, NotFound
from apps.rbac import policy, verdicts
from apps.rbac.catalog import Permission
from apps.rbac.console import masks
from apps.rbac.console.pages import Page
from apps.rbac.models import Role
from apps.sms.money import exactly_in_dollars, in_dollars

CHARTS = ("texts", "cost", "replies", "delivery")


@admin.register(DaySum)
class FiguresAdmin(Page):
    task = "System"

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "days.<slug:kind>",
            self.admin_site.admin_view(self.file_view),
            name="analytics_days",
        )
        return [own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        _insist(request)
        trouble = ""
        try:
            period, filters = _asked(request, live.VERSION)
        except Invalid as invalid:
            trouble = invalid.sentence
            period, filters = periods.named(periods.DEFAULT), EVERYBODY
        found = figures.of_all(period, filters)
        # What is no sum, like sign-ups, is looked up once a minute.
        minute = timezone.now().replace(second=0, microsecond=0)
        answer = live.answer(
            request,
            live.version((period, filters, found.days, found.speeds, minute)),
            lambda: {
                **self.admin_site.each_context(request),
                "title": "Figures",
                "opts": self.opts,
                "trouble": trouble,
                **_shown(request, found, filters),
            },
            page="admin/figures.html",
            part="admin/_figures_live.html",
        )
        return live.refused(answer) if trouble else answer

    def file_view(self, request: HttpRequest, kind: str) -> StreamingHttpResponse:
        """The days of the period, as the page has them."""
        _insist(request)
        if kind not in _FILES:
            raise NotFound
        period, filters = _asked(request)
        content_type, lines = _FILES[kind]
        name = f"figures-{period.first}-{period.last}.{kind}"
        return StreamingHttpResponse(
            lines(figures.of_all(period, filters)),
            content_type=content_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _shown(request: HttpRequest, found: Figures, filters: Filters) -> dict[str, Any]:
    period, shelf = found.period, charts.every()
    told = overall.of(period, filters, found)
    of_filters = {"country": filters.country, "role": filters.role}
    more = {name: value for name, value in of_filters.items() if value}
    days = {"from": str(period.first), "to": str(period.last)}
    by_hand = urlencode({**days, **more})
    return {
        "period": period,
        "filters": filters,
        "periods": [
            (key, label, f"?{urlencode({'period': key, **more})}")
            for key, label in periods.NAMED.items()
        ],
        "again": urlencode(
            {**({"period": period.key} if period.key else days), **more}
        ),
        "roles": Role.objects.order_by("rank", "slug").values_list(
            "slug", "group__name"
        ),
        "tiles": _tiles(told, filters),
        "charts": [
            drawing.draw(shelf[key], found)
            for key in CHARTS
            if policy.can(request.user, shelf[key].permission)
        ],
        "told": told,
        "people": _people(told, request),
        "files": [
            (
                kind.upper(),
                reverse("admin:analytics_days", args=[kind]) + f"?{by_hand}",
            )
            for kind in _FILES
        ],
    }


def _asked(request: HttpRequest, *more: str) -> tuple[Period, Filters]:
    """Raises Invalid."""
    asked = periods.once(request.GET, *periods.ASKED, "country", "role", *more)
    return periods.read(asked), filtering.read(asked)


def _insist(request: HttpRequest) -> None:
    if not policy.can(request.user, Permission.ANALYTICS_VIEW):
        verdicts.insist(request.user, Permission.ANALYTICS_VIEW)


def _tiles(told: overall.Overall, filters: Filters) -> list[tuple[str, str, str]]:
    now = told.figures.volume()
    then = told.figures.volume(told.figures.period.before)
    speed = told.figures.speed()
    wrong = sum(told.answered.values())
    return [
        ("Texts in", f"{now.came:,}", f"{then.came:,} before"),
        ("Texts out", f"{now.went:,}", f"{then.went:,} before"),
        ("Cost", in_dollars(now.cost), f"{in_dollars(then.cost)} before"),
        (
            "A segment out",
            exactly_in_dollars(now.per_segment) if now.per_segment else "-",
            f"{now.segments:,} segments",
        ),
        (
            "Time to answer",
            drawing.spoken(speed.p50, "milliseconds"),
            f"19 of 20 within {drawing.spoken(speed.p95, 'milliseconds')}",
        ),
        (
            "Arrived",
            drawing.spoken(now.delivery, "percent", is_exact=True),
            f"{now.lost:,} did not",
        ),
        (
            "Lost, doubled, unordered",
            f"{wrong:,}",
            "by the auditor's count",
        ),
        _opted_out(told, filters),
    ]


def _opted_out(told: overall.Overall, filters: Filters) -> tuple[str, str, str]:
    """Who does is told without a country (`sms_optout`)."""
    title = "Opted out"
    if filters.country:
        return title, "-", "Not told by country"
    now = told.figures.volume()
    more = f"{now.resumed:,} came back; {told.opted_out:,} are out now"
    return title, f"{now.stopped:,}", more


def _people(told: overall.Overall, request: HttpRequest) -> list[dict[str, Any]]:
    """With their addresses masked, and a link to their page."""
    users = get_user_model().objects.in_bulk([row["user_id"] for row in told.people])
    return [
        {
            **row,
            "name": masks.person(users[row["user_id"]].email, row["user_id"]),
            "page": reverse("admin:accounts_user_change", args=[row["user_id"]]),
        }
        for row in told.people
        if row["user_id"] in users
    ]


def _csv(found: Figures) -> Iterator[str]:
    for place, row in enumerate(summary.days(found)):
        if not place:
            yield spreadsheet.line(row)
        yield spreadsheet.line(row.values())


def _json(found: Figures) -> Iterator[str]:
    """A list, an object a line."""
    for place, row in enumerate(summary.days(found)):
        yield (",\n" if place else "[\n") + json.dumps(row, cls=DjangoJSONEncoder)
    yield "\n]\n"


_FILES: dict[str, tuple[str, Callable[[Figures], Iterator[str]]]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "json": ("application/json", _json),
}
