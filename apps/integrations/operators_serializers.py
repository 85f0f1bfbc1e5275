"""What operators are shown of connections and providers over the API; never a token."""

from typing import Any, ClassVar

from rest_framework import serializers

from apps.integrations import granted, renewing, standing
from apps.integrations.models import Connection, OAuthEvent, ProviderState
from apps.integrations.serializers import RenewalSerializer
from apps.rbac.operations import Masked, OperatorRefSerializer


class ConnectionOfPersonSerializer(Masked, serializers.ModelSerializer[Connection]):
    """Masked, unless one is looked at by who may see addresses. `why`: what is the
    matter, in the words its person reads; empty while all is well."""

    pii: tuple[str, ...] = ("account",)
    id = serializers.UUIDField(source="public_id", read_only=True)
    person = OperatorRefSerializer(source="user", read_only=True)
    account = serializers.CharField(source="label", read_only=True)
    why = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=Connection.Status.choices, read_only=True)
    reason = serializers.ChoiceField(
        choices=Connection.Reason.choices, allow_blank=True, read_only=True
    )

    class Meta:
        model = Connection
        fields: ClassVar = [
            "id",
            "person",
            "provider",
            "account",
            "status",
            "reason",
            "why",
            "features",
            "failures",
            "connected_at",
            "last_used_at",
            "next_attempt_at",
            "ended_at",
        ]
        read_only_fields: ClassVar = fields

    def get_why(self, row: Connection) -> str:
        return standing.words(row).why


class OneConnectionOfPersonSerializer(ConnectionOfPersonSerializer):
    """`scopes`: what the provider allows. `uid`: the account's id there."""

    pii: tuple[str, ...] = ("account", "uid")
    scopes = serializers.SerializerMethodField()
    renewal = serializers.SerializerMethodField()

    class Meta(ConnectionOfPersonSerializer.Meta):
        fields: ClassVar = [
            *ConnectionOfPersonSerializer.Meta.fields,
            "uid",
            "scopes",
            "renewal",
        ]
        read_only_fields: ClassVar = fields

    def get_scopes(self, row: Connection) -> list[str]:
        return list(granted.of(row))

    def get_renewal(self, row: Connection) -> dict[str, Any]:
        return dict(RenewalSerializer(renewing.of(row)).data)


class OAuthEventOfPersonSerializer(serializers.ModelSerializer[OAuthEvent]):
    """`connection` is its id; `code` the provider's word for what was the matter."""

    person = OperatorRefSerializer(source="user", allow_null=True, read_only=True)
    connection = serializers.UUIDField(
        source="connection.public_id", default=None, allow_null=True, read_only=True
    )

    class Meta:
        model = OAuthEvent
        fields: ClassVar = [
            "at",
            "provider",
            "kind",
            "outcome",
            "code",
            "milliseconds",
            "person",
            "connection",
            "request_id",
        ]
        read_only_fields: ClassVar = fields


class ProviderHealthSerializer(serializers.Serializer[Any]):
    """`stopped_because` is empty while tokens are renewed there; `try_at`: when one is
    tried again, never of what an operator stopped. `connections`: how many stand how.
    `refresh_success`: percent of renewals of a day; `error_rate`: percent of calls of
    seven days; null where there were none."""

    id = serializers.CharField(source="state.provider")
    is_stopped = serializers.BooleanField(source="state.is_open")
    stopped_because = serializers.ChoiceField(
        choices=ProviderState.Reason.choices, source="state.reason", allow_blank=True
    )
    stopped_at = serializers.DateTimeField(source="state.opened_at", allow_null=True)
    try_at = serializers.DateTimeField(source="state.try_at", allow_null=True)
    connections = serializers.DictField(
        child=serializers.IntegerField(), source="health.connections"
    )
    renewed = serializers.IntegerField(source="health.renewed")
    not_renewed = serializers.IntegerField(source="health.failed")
    refresh_success = serializers.FloatField(
        source="health.refresh_success", allow_null=True
    )
    calls = serializers.IntegerField(source="health.calls")
    error_rate = serializers.FloatField(source="health.error_rate", allow_null=True)
    milliseconds_a_call = serializers.IntegerField(
        source="health.milliseconds_a_call", allow_null=True
    )
