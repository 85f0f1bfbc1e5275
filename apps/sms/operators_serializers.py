"""What operators are shown of texts and phones over the API: never their words."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.serializers import OpaqueId
from apps.core.vault import Unreadable
from apps.rbac.operations import Masked, OperatorRefSerializer
from apps.sms import journal, phone_lines, troubles
from apps.sms.journeys import Stage, Step
from apps.sms.models import (
    InboundText,
    NumberEvent,
    OutboundText,
    PhoneNumber,
    Turn,
    WebhookCall,
)

_NUMBER = ("number",)


class InboundRowSerializer(Masked, serializers.ModelSerializer[InboundText]):
    """`has_words`: its words are hidden until they are revealed."""

    pii: tuple[str, ...] = _NUMBER
    id = OpaqueId(InboundText, source="pk")
    person = OperatorRefSerializer(source="user", allow_null=True, read_only=True)
    turn = OpaqueId(Turn, source="turn_id", allow_null=True)
    has_words = serializers.SerializerMethodField()

    class Meta:
        model = InboundText
        fields: ClassVar = [
            "id",
            "sid",
            "person",
            "number",
            "our_number",
            "has_words",
            "num_media",
            "keyword",
            "turn",
            "request_id",
            "received_at",
        ]
        read_only_fields: ClassVar = fields

    def get_has_words(self, text: InboundText) -> bool:
        return bool(text.body)


class OutboundRowSerializer(Masked, serializers.ModelSerializer[OutboundText]):
    """`state` is ours, `delivery` the carrier's news; `trouble` says what went wrong."""

    pii: tuple[str, ...] = _NUMBER
    id = OpaqueId(OutboundText, source="pk")
    person = OperatorRefSerializer(source="user", allow_null=True, read_only=True)
    sid = serializers.CharField(source="provider_sid", allow_null=True, read_only=True)
    turn = OpaqueId(Turn, source="turn_id", allow_null=True)
    has_words = serializers.SerializerMethodField()
    trouble = serializers.SerializerMethodField()

    class Meta:
        model = OutboundText
        fields: ClassVar = [
            "id",
            "sid",
            "person",
            "number",
            "our_number",
            "country",
            "kind",
            "has_words",
            "encoding",
            "segments",
            "state",
            "delivery",
            "error_code",
            "trouble",
            "attempts",
            "turn",
            "request_id",
            "created_at",
            "sent_at",
            "delivered_at",
        ]
        read_only_fields: ClassVar = fields

    def get_has_words(self, text: OutboundText) -> bool:
        return bool(text.body)

    def get_trouble(self, text: OutboundText) -> str:
        return str(troubles.of(text.error_code)) if text.error_code else ""


class TurnRowSerializer(Masked, serializers.ModelSerializer[Turn]):
    """`silence`: why it has no reply; empty where it has one, or is not over."""

    pii: tuple[str, ...] = _NUMBER
    id = OpaqueId(Turn, source="pk")
    person = OperatorRefSerializer(source="user", allow_null=True, read_only=True)

    class Meta:
        model = Turn
        fields: ClassVar = [
            "id",
            "person",
            "number",
            "our_number",
            "started_at",
            "finished_at",
            "attempts",
            "silence",
            "request_id",
        ]
        read_only_fields: ClassVar = fields


class StepSerializer(serializers.Serializer[Step]):
    """`at` is null for what has no moment of its own."""

    stage = serializers.ChoiceField(
        choices=[each.label for each in Stage], source="title"
    )
    at = serializers.DateTimeField(allow_null=True)
    words = serializers.CharField()
    is_bad = serializers.BooleanField()


class MediaSerializer(serializers.Serializer[Any]):
    url = serializers.URLField()
    content_type = serializers.CharField()


class RevealedTextSerializer(serializers.Serializer[Any]):
    """Of a text of ours."""

    body = serializers.CharField()


class RevealedInboundSerializer(RevealedTextSerializer):
    """`media`: with addresses at the carrier."""

    media = MediaSerializer(many=True)


class CallRowSerializer(serializers.ModelSerializer[WebhookCall]):
    class Meta:
        model = WebhookCall
        fields: ClassVar = [
            "id",
            "called_at",
            "via",
            "outcome",
            "sid",
            "request_id",
            "replayed_at",
        ]
        read_only_fields: ClassVar = fields


class CallSerializer(CallRowSerializer):
    """`posted`: without the words and numbers of people; null where the key that it was
    sealed under is gone."""

    posted = serializers.SerializerMethodField()

    class Meta(CallRowSerializer.Meta):
        fields: ClassVar = [*CallRowSerializer.Meta.fields, "posted"]
        read_only_fields: ClassVar = fields

    def get_posted(self, call: WebhookCall) -> dict[str, str] | None:
        try:
            return journal.redacted(call)
        except Unreadable:
            return None


class RevealedCallSerializer(serializers.Serializer[Any]):
    form = serializers.DictField(child=serializers.CharField())


class ReplayedSerializer(serializers.Serializer[Any]):
    """`outcome`: what came of it, this time."""

    outcome = serializers.ChoiceField(choices=WebhookCall.Outcome.choices)


class PhoneOfPersonSerializer(Masked, serializers.ModelSerializer[PhoneNumber]):
    """Masked, unless one is looked at by who may see numbers. `doubt`: why it may be
    somebody else's by now."""

    pii: tuple[str, ...] = ("number", "label")
    id = serializers.UUIDField(source="public_id", read_only=True)
    person = OperatorRefSerializer(source="user", read_only=True)
    number = serializers.CharField(source="e164", read_only=True)

    class Meta:
        model = PhoneNumber
        fields: ClassVar = [
            "id",
            "person",
            "number",
            "label",
            "status",
            "doubt",
            "is_primary",
            "line_type",
            "created_at",
            "verified_at",
            "proved_at",
            "confirmed_at",
            "suspended_at",
            "released_at",
        ]
        read_only_fields: ClassVar = fields


class NumberEventSerializer(serializers.ModelSerializer[NumberEvent]):
    words = serializers.CharField(source="get_kind_display", read_only=True)

    class Meta:
        model = NumberEvent
        fields: ClassVar = ["at", "kind", "words"]
        read_only_fields: ClassVar = fields


class OnePhoneOfPersonSerializer(PhoneOfPersonSerializer):
    """`notes`: what stands in its way, in sentences; `events`: what happened to it, the
    newest first."""

    notes = serializers.SerializerMethodField()
    events = serializers.SerializerMethodField()

    class Meta(PhoneOfPersonSerializer.Meta):
        fields: ClassVar = [*PhoneOfPersonSerializer.Meta.fields, "notes", "events"]
        read_only_fields: ClassVar = fields

    def get_notes(self, phone: PhoneNumber) -> list[str]:
        return phone_lines.line(phone).notes

    @extend_schema_field(NumberEventSerializer(many=True))
    def get_events(self, phone: PhoneNumber) -> Any:
        return NumberEventSerializer(phone.events.order_by("-id")[:100], many=True).data
