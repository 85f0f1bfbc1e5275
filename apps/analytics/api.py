"""What somebody used, over the API, as their page of usage has it; and of all, for
operators."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.analytics import charts, figures
from apps.analytics import filters as filtering
from apps.analytics import periods, summary, table
from apps.analytics.charts import Chart
from apps.analytics.figures import Figures
from apps.analytics.periods import Period
from apps.core import paging, query
from apps.core.errors import NotFound
from apps.rbac import looks, operations, verdicts
from apps.rbac.catalog import Permission
from apps.rbac.declared import at_console, requires, signed_in
from apps.rbac.scopes import Scope
from apps.sms import threads
from apps.sms.models import UsageLog
from apps.sms.money import usage as used

USUAL, MOST = 40, 100
PERIOD = [
    OpenApiParameter(
        "period",
        enum=[*periods.NAMED],
        description=f"Until today; {periods.DEFAULT} unless said. All days are UTC's.",
    ),
    OpenApiParameter(
        "from", OpenApiTypes.DATE, description="With `to`, in place of a period."
    ),
    OpenApiParameter("to", OpenApiTypes.DATE, description="The last day."),
]


class PeriodSerializer(serializers.Serializer[Any]):
    first = serializers.DateField()
    last = serializers.DateField()


class VolumeSerializer(serializers.Serializer[Any]):
    """Texts from and to the person; those that arrived or were lost, as far as it is
    known; segments to them. Costs in micro-dollars."""

    came = serializers.IntegerField()
    went = serializers.IntegerField()
    arrived = serializers.IntegerField()
    lost = serializers.IntegerField()
    segments = serializers.IntegerField()
    cost = serializers.IntegerField()
    cost_in = serializers.IntegerField()
    cost_out = serializers.IntegerField()
    cost_lookup = serializers.IntegerField()
    cost_tokens = serializers.IntegerField()


class SpeedSerializer(serializers.Serializer[Any]):
    """Milliseconds from a text to its answer; null where there was none."""

    p50 = serializers.FloatField(allow_null=True)
    p95 = serializers.FloatField(allow_null=True)
    times = serializers.IntegerField()


class CountedSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    times = serializers.IntegerField()
    failed = serializers.IntegerField()


class TipSerializer(serializers.Serializer[Any]):
    """`micros`: what it would save a month, in micro-dollars."""

    key = serializers.CharField()
    words = serializers.CharField()
    texts = serializers.IntegerField()
    micros = serializers.IntegerField()


class BudgetSerializer(serializers.Serializer[Any]):
    """Of the month of the budgets, which `renews_at` ends, whatever the period. `texts`:
    answers; `started`: texts of our own accord. `by_the_end`: what it costs at this rate.
    What is left of each, and of how much; money in micro-dollars, of the language model
    in `tokens_micros`."""

    texts = serializers.IntegerField()
    texts_of = serializers.IntegerField()
    started = serializers.IntegerField()
    started_of = serializers.IntegerField()
    day_micros = serializers.IntegerField()
    day_of = serializers.IntegerField()
    month_micros = serializers.IntegerField()
    month_of = serializers.IntegerField()
    tokens_micros = serializers.IntegerField()
    tokens_of = serializers.IntegerField()
    by_the_end = serializers.IntegerField()
    renews_at = serializers.DateTimeField()


class UsageSummarySerializer(serializers.Serializer[Any]):
    period = PeriodSerializer()
    volume = VolumeSerializer()
    volume_before = VolumeSerializer()
    speed = SpeedSerializer()
    speed_before = SpeedSerializer()
    budget = BudgetSerializer()
    tools = CountedSerializer(many=True)
    providers = CountedSerializer(many=True)
    tips = TipSerializer(many=True)


class SeriesSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(source="label")
    values = serializers.ListField(child=serializers.FloatField(allow_null=True))


class ChartSerializer(serializers.Serializer[Any]):
    """`steps` are the first days of what each value is for: days, or months of a longer
    period. `unit`: texts, micro-dollars, milliseconds or percent."""

    key = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    steps = serializers.ListField(child=serializers.DateField())
    series = SeriesSerializer(many=True)


class Usage(APIView):
    policy = signed_in
    scope = Scope.USAGE

    @extend_schema(
        operation_id="usage",
        parameters=PERIOD,
        responses={200: UsageSummarySerializer},
    )
    def get(self, request: Request) -> Response:
        """What you used in a period, beside the one before it."""
        period, user = _asked(request)
        return _summed_up(period, user)


class UsageTextSerializer(serializers.Serializer[Any]):
    """`id`: that of `messages/{id}`. `segments` and `micros`, in micro-dollars, are null
    until they are known; `arrived` as well."""

    id = serializers.SerializerMethodField()
    direction = serializers.CharField(source="message_direction")
    number = serializers.CharField()
    country = serializers.CharField(source="country_code")
    characters = serializers.IntegerField(source="message_length")
    segments = serializers.IntegerField(allow_null=True)
    micros = serializers.IntegerField(allow_null=True)
    arrived = serializers.BooleanField(source="success", allow_null=True)
    at = serializers.DateTimeField(source="created_at")

    def get_id(self, row: UsageLog) -> str:
        direction, _, number = row.pk.partition(":")
        return threads.id_of(direction, int(number))


class UsageTexts(APIView):
    policy = signed_in
    scope = Scope.USAGE

    @extend_schema(
        parameters=paging.asked(MOST, USUAL),
        responses=UsageTextSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Each text of the budgets' month, both ways, with what it cost us."""
        user: Any = request.user
        page = used.texts(
            user,
            before=request.GET.get("cursor", ""),
            limit=query.whole(request, "limit", MOST, USUAL),
        )
        return paging.answer(
            request, page, UsageTextSerializer(page.rows, many=True).data
        )


class UsageTable(APIView):
    policy = signed_in
    scope = Scope.USAGE

    @extend_schema(
        operation_id="usage_table",
        parameters=PERIOD,
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """The days of a period, streamed."""
        period, user = _asked(request)
        return table.answer(figures.of_person(period, user))


class UsageOfPerson(APIView):
    policy = at_console(Permission.ANALYTICS_VIEW)
    scope = None

    @extend_schema(
        operation_id="admin_users_usage",
        parameters=PERIOD,
        responses={200: UsageSummarySerializer},
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        """What somebody used in a period, beside the one before it. They see on
        *Activity* that somebody looked."""
        period, _ = _asked(request)
        person: User = operations.person(public_id)
        looks.record_of(UsageLog, by=request.user, person=person)
        return _summed_up(period, person)


class UsageChart(APIView):
    policy = signed_in
    scope = Scope.USAGE

    @extend_schema(
        operation_id="usage_chart",
        parameters=PERIOD,
        responses={200: ChartSerializer},
    )
    def get(self, request: Request, key: str) -> Response:
        """The numbers behind a chart of the page."""
        period, user = _asked(request)
        return _told(_named(key), figures.of_person(period, user))


class FiguresChart(APIView):
    policy = requires(Permission.ANALYTICS_VIEW)
    scope = None

    @extend_schema(
        operation_id="figures_chart",
        parameters=[
            *PERIOD,
            OpenApiParameter("country", description="Two letters."),
            OpenApiParameter(
                "role", description="Of those who hold it now, by its slug."
            ),
        ],
        responses={200: ChartSerializer},
    )
    def get(self, request: Request, key: str) -> Response:
        """The same of all people, for operators; of a country, of a role, or of both."""
        asked = periods.once(request.query_params, *periods.ASKED, "country", "role")
        period, filters = periods.read(asked), filtering.read(asked)
        chart = _named(key)
        verdicts.insist(request.user, chart.permission)
        return _told(chart, figures.of_all(period, filters))


def _summed_up(period: Period, user: User) -> Response:
    found = figures.of_person(period, user)
    told = summary.of(found, user)
    body = {
        "period": period,
        "volume": found.volume(),
        "volume_before": found.volume(period.before),
        "speed": found.speed(),
        "speed_before": found.speed(period.before),
        "budget": {
            **asdict(used.left(user)),
            "by_the_end": used.of_month(user).by_the_end,
        },
        "tools": told.tools,
        "providers": told.providers,
        "tips": told.tips,
    }
    return Response(UsageSummarySerializer(body).data)


def _named(key: str) -> Chart:
    chart = charts.every().get(key)
    if chart is None:
        raise NotFound(f"There is no such chart. Take {', '.join(charts.every())}.")
    return chart


def _told(chart: Chart, found: Figures) -> Response:
    body = {
        "key": chart.key,
        "title": chart.title,
        "unit": chart.unit,
        "steps": charts.steps(found.period),
        "series": chart.read(found),
    }
    return Response(ChartSerializer(body).data)


def _asked(request: Request) -> tuple[Period, User]:
    user: Any = request.user
    return periods.read(periods.once(request.query_params, *periods.ASKED)), user


urlpatterns = [
    path("usage", Usage.as_view(), name="usage"),
    path("usage/texts", UsageTexts.as_view(), name="usage_texts"),
    path("usage/days.csv", UsageTable.as_view(), name="usage_table"),
    path("usage/charts/<slug:key>", UsageChart.as_view(), name="usage_chart"),
    path(
        "admin/users/<uuid:public_id>/usage",
        UsageOfPerson.as_view(),
        name="admin_user_usage",
    ),
    path("figures/charts/<slug:key>", FiguresChart.as_view(), name="figures_chart"),
]
