"""What operators are shown of background work and alerts over the API."""

from typing import Any, ClassVar

from rest_framework import serializers

from apps.core.kinds import Queue
from apps.core.serializers import Choice, ExactModel, OpaqueId
from apps.jobs import rules
from apps.jobs.models import Alert, Job, JobFailure, RuleSetting
from apps.rbac.operations import OperatorRefSerializer, ReasonSerializer

_MOST_TROUBLES = 20


class JobRowSerializer(serializers.ModelSerializer[Job]):
    """`dead` is a dead letter: tried for the last time, until an operator decides.
    `took`: seconds of the last attempt."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    person = OperatorRefSerializer(source="asked_by", allow_null=True, read_only=True)
    state = serializers.ChoiceField(choices=Job.State.choices, read_only=True)
    took = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields: ClassVar = [
            "id",
            "kind",
            "state",
            "queue",
            "person",
            "error",
            "attempts",
            "created_at",
            "due_at",
            "started_at",
            "finished_at",
            "took",
        ]
        read_only_fields: ClassVar = fields

    def get_took(self, job: Job) -> float | None:
        return None if job.took is None else round(job.took.total_seconds(), 3)


class JobFailureSerializer(serializers.ModelSerializer[JobFailure]):
    """`frames`: where, the innermost last."""

    frames = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = JobFailure
        fields: ClassVar = [
            "attempt",
            "at",
            "how",
            "is_permanent",
            "error",
            "sentence",
            "frames",
            "worker",
        ]
        read_only_fields: ClassVar = fields


class JobSerializer(JobRowSerializer):
    """`troubles`: what went wrong, the newest first."""

    arguments = serializers.ListField(read_only=True)
    troubles = serializers.SerializerMethodField()

    class Meta(JobRowSerializer.Meta):
        fields: ClassVar = [
            *JobRowSerializer.Meta.fields,
            "arguments",
            "key",
            "request_id",
            "percent",
            "progress",
            "deaths",
            "worker",
            "cancel_asked_at",
            "troubles",
        ]
        read_only_fields: ClassVar = fields

    def get_troubles(self, job: Job) -> list[dict[str, Any]]:
        rows = job.troubles.all()[:_MOST_TROUBLES]
        return list(JobFailureSerializer(rows, many=True).data)


class ManyJobsSerializer(ReasonSerializer):
    """All that are dead of what these find now; one at least is to be said."""

    queue = Choice(choices=Queue.choices, required=False)
    kind = serializers.CharField(max_length=80, required=False)
    error = serializers.CharField(max_length=80, required=False)


class HandedOverSerializer(serializers.Serializer[Any]):
    """How many a job of its own takes care of."""

    count = serializers.IntegerField()


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """`ends_at`: when it is over unless it is seen again; null for what is measured
    here, which ends by itself and cannot be closed."""

    id = OpaqueId(Alert, source="pk")
    state = serializers.ChoiceField(choices=Alert.State.choices, read_only=True)
    ended = serializers.ChoiceField(
        choices=Alert.Ended.choices, allow_blank=True, read_only=True
    )
    acknowledged_by = OperatorRefSerializer(allow_null=True, read_only=True)
    ended_by = OperatorRefSerializer(allow_null=True, read_only=True)

    class Meta:
        model = Alert
        fields: ClassVar = [
            "id",
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
        ]
        read_only_fields: ClassVar = fields


class RuleSerializer(serializers.ModelSerializer[RuleSetting]):
    """What is watched. `above`: what an operator has said, null for `usual_above` of the
    code; both in `unit`. `lasting`: seconds on end until it fires."""

    title = serializers.SerializerMethodField()
    unit = serializers.SerializerMethodField()
    usual_above = serializers.SerializerMethodField()
    lasting = serializers.SerializerMethodField()
    severity = serializers.SerializerMethodField()

    class Meta:
        model = RuleSetting
        fields: ClassVar = [
            "rule",
            "title",
            "is_on",
            "above",
            "usual_above",
            "unit",
            "lasting",
            "severity",
        ]
        read_only_fields: ClassVar = fields

    def get_title(self, row: RuleSetting) -> str:
        return rules.every()[row.rule].title

    def get_unit(self, row: RuleSetting) -> str:
        return rules.every()[row.rule].unit

    def get_usual_above(self, row: RuleSetting) -> float:
        return rules.every()[row.rule].above

    def get_lasting(self, row: RuleSetting) -> int:
        return rules.every()[row.rule].lasting

    def get_severity(self, row: RuleSetting) -> str:
        return rules.every()[row.rule].severity.value


class RuleChangeSerializer(ExactModel[RuleSetting]):
    above = serializers.FloatField(min_value=0, required=False, allow_null=True)

    class Meta:
        model = RuleSetting
        fields: ClassVar = ["is_on", "above"]
