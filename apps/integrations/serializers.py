"""What the API shows and takes of providers and connections; never a token."""

from typing import Any, ClassVar

from rest_framework import serializers

from apps.core.serializers import Exact
from apps.integrations import back, event_words
from apps.integrations import provider as shelf
from apps.integrations.models import Connection, Consent, OAuthEvent
from apps.integrations.renewing import Kind


class FeatureSerializer(serializers.Serializer[Any]):
    """`is_sensitive`: reads what is private; `is_suggested`: the least that is of use."""

    id = serializers.CharField()
    title = serializers.CharField()
    words = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    is_write = serializers.BooleanField()
    is_sensitive = serializers.BooleanField()
    is_suggested = serializers.BooleanField()


class OfferedProviderSerializer(serializers.Serializer[Any]):
    """`is_offered`: it is set up here. `is_stopped`: it renews nobody's permission at
    the moment. `connections`: how many of one's own stand how."""

    id = serializers.CharField(source="provider.id")
    name = serializers.CharField(source="provider.name")
    words = serializers.CharField(source="provider.words")
    own_page = serializers.URLField(source="provider.own_page")
    is_offered = serializers.BooleanField(source="is_open")
    is_stopped = serializers.BooleanField()
    features = FeatureSerializer(many=True, source="provider.features")
    connections = serializers.DictField(
        child=serializers.IntegerField(), source="counts"
    )


class LineSerializer(serializers.Serializer[Any]):
    """`is_on`: its person switched it on; `is_granted`: the provider allows it. It works
    with both."""

    id = serializers.CharField(source="feature.id")
    title = serializers.CharField(source="feature.title")
    is_on = serializers.BooleanField(source="is_chosen")
    is_granted = serializers.BooleanField()
    works = serializers.BooleanField()


class RenewalSerializer(serializers.Serializer[Any]):
    """`none`: nothing is kept. `lasts`: there is no end to it. `ends`: it cannot be
    renewed. `next_at`: about then, or when it is used next."""

    kind = serializers.ChoiceField(choices=[each.value for each in Kind])
    renewed_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    next_at = serializers.DateTimeField(allow_null=True)
    failures = serializers.IntegerField()


class ConnectionSerializer(serializers.Serializer[Any]):
    """`why` and `next_step` are sentences for its person, empty while all is well;
    `working`: how many of its features work."""

    id = serializers.UUIDField(source="row.public_id")
    provider = serializers.CharField(source="row.provider")
    account = serializers.CharField(source="row.label")
    status = serializers.ChoiceField(
        choices=Connection.Status.choices, source="row.status"
    )
    reason = serializers.ChoiceField(
        choices=Connection.Reason.choices, source="row.reason", allow_blank=True
    )
    why = serializers.CharField(source="said.why")
    next_step = serializers.CharField(source="said.next_step")
    working = serializers.IntegerField()
    features = LineSerializer(many=True, source="lines")
    connected_at = serializers.DateTimeField(source="row.connected_at")
    last_used_at = serializers.DateTimeField(source="row.last_used_at", allow_null=True)


class OneConnectionSerializer(ConnectionSerializer):
    renewal = RenewalSerializer()


class ConnectSerializer(Exact):
    """`connection`: one that is to have more. `back`: a path here to come back to, with
    `connection` or `error` in its query; else the page of the connection."""

    provider = serializers.SlugField(max_length=20)
    features = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=40
    )
    connection = serializers.UUIDField(required=False)
    back = serializers.CharField(
        max_length=300, required=False, validators=[back.insist_here]
    )


class LeavingSerializer(serializers.Serializer[Any]):
    authorize_url = serializers.URLField()


class ChangeSerializer(Exact):
    """`features`: those that stay switched on; more are added by connecting once more."""

    paused = serializers.BooleanField(required=False)
    features = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=40, required=False
    )


class FindingSerializer(serializers.Serializer[Any]):
    """`outcome`: ok, or a word for what is wrong. `status`: how it stands after that."""

    is_good = serializers.BooleanField()
    words = serializers.CharField()
    outcome = serializers.CharField()
    milliseconds = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Connection.Status.choices)


class DaySerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    calls = serializers.IntegerField()
    failures = serializers.IntegerField()


class CallsSerializer(serializers.Serializer[Any]):
    """`milliseconds`: of one call."""

    capability = serializers.CharField()
    calls = serializers.IntegerField()
    failures = serializers.IntegerField()
    milliseconds = serializers.IntegerField()


class UsageSerializer(serializers.Serializer[Any]):
    """Of 30 days (UTC), today the last; by what was asked, the most used first."""

    days = DaySerializer(many=True)
    capabilities = CallsSerializer(many=True)


class OAuthEventSerializer(serializers.ModelSerializer[OAuthEvent]):
    words = serializers.SerializerMethodField()

    class Meta:
        model = OAuthEvent
        fields: ClassVar = ["at", "kind", "outcome", "code", "words", "milliseconds"]

    def get_words(self, event: OAuthEvent) -> str:
        return event_words.told(event, shelf.named(event.provider).name).words


class ConsentSerializer(serializers.ModelSerializer[Consent]):
    """`text`: the words that were read; `connection` may be gone by now."""

    class Meta:
        model = Consent
        fields: ClassVar = [
            "at",
            "event",
            "provider",
            "connection",
            "account",
            "features",
            "scopes_asked",
            "scopes_granted",
            "text_version",
            "text",
            "channel",
        ]
