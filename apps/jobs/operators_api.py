"""Background work, its dead letters and alerts, for operators over the API."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import kinds, paging, query
from apps.core.api import BadFields
from apps.core.errors import NotFound
from apps.core.kinds import Queue
from apps.core.once import again, once
from apps.core.paging import Newest
from apps.core.versions import Versioned, guarded, lock, tagged
from apps.jobs import alarms, dead_letters, rules, watch
from apps.jobs.models import Alert, Job, RuleSetting
from apps.jobs.operators_serializers import (
    AlertSerializer,
    HandedOverSerializer,
    JobRowSerializer,
    JobSerializer,
    ManyJobsSerializer,
    RuleChangeSerializer,
    RuleSerializer,
)
from apps.rbac import looks, operations
from apps.rbac.catalog import Permission
from apps.rbac.declared import at_console
from apps.rbac.operations import reasoned

_STATES, _QUEUES = Job.State.values, Queue.values
_SOURCES = Alert.Source.values
_LONGEST_WORD = 80


class Jobs(generics.ListAPIView[Job]):
    policy = at_console(Permission.JOB_VIEW)
    scope = None
    serializer_class = JobRowSerializer
    pagination_class = Newest
    queryset = Job.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "state", enum=_STATES, description="`dead`: dead letters."
            ),
            OpenApiParameter("queue", enum=_QUEUES),
            OpenApiParameter("kind", description="Of those that the code knows."),
            OpenApiParameter("error", description="What it died of."),
            OpenApiParameter(
                "search",
                description="An id, a request id or a key; or the beginning of the"
                " address of who asked for it.",
            ),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What waits, runs, is done and went wrong, the newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        asked = self.request
        rows: Any = Job.objects.select_related("asked_by")
        rows = operations.searched(
            asked,
            rows,
            whole=("request_id", "key"),
            ids=("public_id",),
            person="asked_by",
        )
        choices = {"state": _STATES, "queue": _QUEUES, "kind": [*kinds.names()]}
        for name, known in choices.items():
            if wanted := query.one_of(asked, name, known):
                rows = rows.filter(**{name: wanted})
        if error := asked.GET.get("error", ""):
            rows = rows.filter(error=_word(error))
        return rows


class OneJob(APIView):
    policy = at_console(Permission.JOB_VIEW)
    scope = None

    @extend_schema(responses=JobSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """One of them, and what went wrong with it."""
        job = _job(public_id)
        looks.record(job, by=request.user, person=job.asked_by)
        return Response(JobSerializer(job).data)


class Requeue(APIView):
    policy = at_console(Permission.JOB_REQUEUE)
    scope = None

    @again("409: it is not dead any more")
    @reasoned(responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Try it anew, as often as the first time."""
        return _acted(request, public_id, dead_letters.requeue)


class Drop(APIView):
    policy = at_console(Permission.JOB_DROP)
    scope = None

    @again("409: it is not dead any more")
    @reasoned(responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """It is not done any more, and stays on record."""
        return _acted(request, public_id, dead_letters.drop)


class Cancel(APIView):
    policy = at_console(Permission.JOB_REQUEUE)
    scope = None

    @again("409: it is over")
    @reasoned(responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """What waits is not begun. What runs stops where it can."""
        return _acted(request, public_id, dead_letters.cancel)


class RequeueMany(APIView):
    policy = at_console(Permission.JOB_REQUEUE)
    scope = None

    @once()
    @reasoned(
        operation_id="admin_jobs_requeue_many",
        request=ManyJobsSerializer,
        responses={202: HandedOverSerializer},
    )
    def post(self, request: Request) -> Response:
        """Try all that are dead anew, of a queue, a kind or an error: by a job of its
        own."""
        return _handed_over(request, dead_letters.requeue_all)


class DropMany(APIView):
    policy = at_console(Permission.JOB_DROP)
    scope = None

    @once()
    @reasoned(
        operation_id="admin_jobs_drop_many",
        request=ManyJobsSerializer,
        responses={202: HandedOverSerializer},
    )
    def post(self, request: Request) -> Response:
        """Drop all that are dead, of a queue, a kind or an error: by a job of its
        own."""
        return _handed_over(request, dead_letters.drop_all)


class Alerts(generics.ListAPIView[Alert]):
    policy = at_console(Permission.ALERT_VIEW)
    scope = None
    serializer_class = AlertSerializer
    pagination_class = Newest
    queryset = Alert.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter("state", enum=Alert.State.values),
            OpenApiParameter("source", enum=_SOURCES),
            OpenApiParameter("severity", description="In the words of who said it."),
            OpenApiParameter(
                "search", description="Words of its name, its words or its mark."
            ),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What is or was the matter, the newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        asked = self.request
        rows: Any = Alert.objects.select_related("acknowledged_by", "ended_by")
        for word in query.words(asked):
            rows = rows.filter(query.containing([word], "title", "words", "mark"))
        for name, known in (("state", Alert.State.values), ("source", _SOURCES)):
            if wanted := query.one_of(asked, name, known):
                rows = rows.filter(**{name: wanted})
        if severity := asked.GET.get("severity", ""):
            rows = rows.filter(severity=_word(severity))
        return rows


class OneAlert(APIView):
    policy = at_console(Permission.ALERT_VIEW)
    scope = None

    @extend_schema(responses=AlertSerializer)
    def get(self, request: Request, pk: str) -> Response:
        """One of them."""
        return Response(AlertSerializer(_alert(pk)).data)


class Acknowledge(APIView):
    policy = at_console(Permission.ALERT_ACKNOWLEDGE)
    scope = None

    @again("409: somebody looks after it already")
    @reasoned(responses={204: None})
    def post(self, request: Request, pk: str) -> Response:
        """You look after it: it is not told again before it is over."""
        return _alerted(request, pk, alarms.acknowledge)


class CloseAlert(APIView):
    policy = at_console(Permission.ALERT_ACKNOWLEDGE)
    scope = None

    @again("409: it is over")
    @reasoned(responses={204: None})
    def post(self, request: Request, pk: str) -> Response:
        """You know that it is over, and others are told so. Not of what is measured
        here."""
        return _alerted(request, pk, alarms.close)


class Rules(APIView):
    policy = at_console(Permission.RULE_VIEW)
    scope = None

    @extend_schema(responses=RuleSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What is watched, and when it fires."""
        query.refuse(request, "limit", "search")
        rows = RuleSetting.objects.filter(rule__in=rules.every()).order_by("rule")
        return paging.whole(RuleSerializer(rows, many=True).data)


class OneRule(Versioned):
    policy = at_console(Permission.RULE_VIEW)
    policies: ClassVar = {"patch": at_console(Permission.RULE_CHANGE)}
    scope = None

    def hold(self, request: Request, rule: str) -> None:
        lock(_rule(rule))

    @tagged
    @extend_schema(responses=RuleSerializer)
    def get(self, request: Request, rule: str) -> Response:
        """One of them."""
        return Response(RuleSerializer(_rule(rule)).data)

    @guarded
    @extend_schema(request=RuleChangeSerializer, responses=RuleSerializer)
    def patch(self, request: Request, rule: str) -> Response:
        """Switch it, or have it fire above something else; null is what the code says."""
        with transaction.atomic():
            lock(_rule(rule))
            row = _rule(rule)
            form = RuleChangeSerializer(row, data=request.data, partial=True)
            form.is_valid(raise_exception=True)
            for name, value in form.validated_data.items():
                setattr(row, name, value)
            operations.tried(
                request, lambda: watch.change_rule(by=request.user, row=row), obj=row
            )
        return Response(RuleSerializer(row).data)


def _word(said: str) -> str:
    """Raises BadFields."""
    if len(said) > _LONGEST_WORD or "\x00" in said:
        raise BadFields({"": ["That is nothing to filter by."]})
    return said


def _job(public_id: UUID) -> Job:
    rows = Job.objects.select_related("asked_by").prefetch_related("troubles")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such job.")
    return found


def _acted(request: Request, public_id: UUID, verb: Callable[..., None]) -> Response:
    job, user = _job(public_id), request.user
    operations.act(
        request,
        lambda reason: verb(by=user, job=job, reason=reason),
        obj=job,
        person=job.asked_by,
    )
    return Response(status=status.HTTP_204_NO_CONTENT)


def _handed_over(request: Request, verb: Callable[..., int]) -> Response:
    form = ManyJobsSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    found = {**form.validated_data}
    reason, user = found.pop("reason"), request.user
    if not found:
        raise BadFields({"kind": ["Say of which queue, kind or error."]})
    found["state"] = Job.State.DEAD.value
    count = operations.tried(
        request, lambda: verb(by=user, found=found, reason=reason), obj=Job
    )
    return Response({"count": count}, status.HTTP_202_ACCEPTED)


def _alert(pk: str) -> Alert:
    rows: Any = Alert.objects.select_related("acknowledged_by", "ended_by")
    found: Alert = operations.named(rows, pk, "There is no such alert.")
    return found


def _alerted(request: Request, pk: str, verb: Callable[..., None]) -> Response:
    alert, user = _alert(pk), request.user
    operations.act(
        request, lambda reason: verb(by=user, alert=alert, words=reason), obj=alert
    )
    return Response(status=status.HTTP_204_NO_CONTENT)


def _rule(name: str) -> RuleSetting:
    found = None
    if name in rules.every():
        found = RuleSetting.objects.filter(rule=name).first()
    if found is None:
        raise NotFound("There is no such rule.")
    return found


_JOB, _ALERT = "admin/jobs/<uuid:public_id>", "admin/alerts/<slug:pk>"
urlpatterns = [
    path("admin/jobs", Jobs.as_view(), name="admin_jobs"),
    path("admin/jobs/requeue", RequeueMany.as_view(), name="admin_jobs_requeue"),
    path("admin/jobs/drop", DropMany.as_view(), name="admin_jobs_drop"),
    path(_JOB, OneJob.as_view(), name="admin_job"),
    path(f"{_JOB}/requeue", Requeue.as_view(), name="admin_job_requeue"),
    path(f"{_JOB}/drop", Drop.as_view(), name="admin_job_drop"),
    path(f"{_JOB}/cancel", Cancel.as_view(), name="admin_job_cancel"),
    path("admin/alerts", Alerts.as_view(), name="admin_alerts"),
    path("admin/alerts/rules", Rules.as_view(), name="admin_alert_rules"),
    path("admin/alerts/rules/<str:rule>", OneRule.as_view(), name="admin_alert_rule"),
    path(_ALERT, OneAlert.as_view(), name="admin_alert"),
    path(
        f"{_ALERT}/acknowledge", Acknowledge.as_view(), name="admin_alert_acknowledge"
    ),
    path(f"{_ALERT}/close", CloseAlert.as_view(), name="admin_alert_close"),
]
