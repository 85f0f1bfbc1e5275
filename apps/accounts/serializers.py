"""What the API shows of a person and their sign-ins."""

from typing import Any, ClassVar

from django.conf import settings
from rest_framework import serializers

from apps.accounts import names, time_zones
from apps.accounts.models import DataExport, LoginSession, PersonalToken, User
from apps.core.serializers import Choice, Exact, ExactModel
from apps.rbac import scopes


class MeSerializer(ExactModel[User]):
    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = User
        fields: ClassVar = ["id", "email", "name", "timezone", "created_at"]
        read_only_fields: ClassVar = ["email", "created_at"]

    def validate_timezone(self, value: str) -> str:
        if value not in time_zones.names():
            raise serializers.ValidationError("This is no IANA time zone.")
        return value


class PreferencesSerializer(ExactModel[User]):
    """Quiet hours are on the person's own clock; both or none."""

    locale = Choice(choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields: ClassVar = [
            "clock_hours",
            "first_weekday",
            "locale",
            "theme",
            "quiet_from",
            "quiet_until",
            "paused_until",
        ]
        extra_kwargs: ClassVar = {
            name: {"format": "%H:%M", "input_formats": ["%H:%M"]}
            for name in ("quiet_from", "quiet_until")
        }


class LetterChoiceSerializer(serializers.Serializer[Any]):
    """`id` names a kind of letter that one can do without."""

    id = serializers.CharField(source="category.slug", read_only=True)
    name = serializers.CharField(source="category.label", read_only=True)
    about = serializers.CharField(source="category.about", read_only=True)
    is_wanted = serializers.BooleanField(read_only=True)


class WantedLettersSerializer(Exact):
    wanted = serializers.ListField(
        child=serializers.SlugField(max_length=40), max_length=50
    )


class SignInSerializer(serializers.ModelSerializer[LoginSession]):
    id = serializers.UUIDField(source="sid", read_only=True)
    device = serializers.CharField(read_only=True)
    is_current = serializers.SerializerMethodField()

    class Meta:
        model = LoginSession
        fields: ClassVar = [
            "id",
            "client",
            "device",
            "address",
            "methods",
            "is_current",
            "created_at",
            "last_seen_at",
            "expires_at",
        ]

    def get_is_current(self, row: LoginSession) -> bool:
        here: Any = self.context["request"]._request.sign_in
        return bool(here and here.pk == row.pk)


class PersonalTokenSerializer(serializers.ModelSerializer[PersonalToken]):
    """`ending`: its last four characters. `last_used_at`: to the hour."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    scopes = serializers.ListField(child=serializers.CharField(), read_only=True)
    is_good = serializers.BooleanField(read_only=True)

    class Meta:
        model = PersonalToken
        fields: ClassVar = [
            "id",
            "name",
            "ending",
            "scopes",
            "is_good",
            "created_at",
            "expires_at",
            "last_used_at",
        ]
        read_only_fields: ClassVar = fields


class MadeTokenSerializer(PersonalTokenSerializer):
    """`token` is shown this once."""

    token = serializers.CharField(read_only=True)

    class Meta(PersonalTokenSerializer.Meta):
        fields: ClassVar = [*PersonalTokenSerializer.Meta.fields, "token"]
        read_only_fields: ClassVar = fields


class NewTokenSerializer(Exact):
    """`days`: how long it is good."""

    name = serializers.CharField(max_length=40, validators=[names.insist_readable])
    scopes = serializers.ListField(
        child=Choice(choices=list(scopes.ALL)), allow_empty=False, max_length=40
    )
    days = serializers.IntegerField(
        min_value=1, max_value=PersonalToken.LONGEST, default=PersonalToken.USUALLY
    )


class ExportSerializer(serializers.ModelSerializer[DataExport]):
    """`percent` and `words` while it is being made; `size` in bytes."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    state = serializers.ChoiceField(choices=DataExport.State.choices, read_only=True)
    percent = serializers.IntegerField(
        source="job.percent", allow_null=True, default=None, read_only=True
    )
    words = serializers.SerializerMethodField()

    class Meta:
        model = DataExport
        fields: ClassVar = [
            "id",
            "state",
            "percent",
            "words",
            "size",
            "created_at",
            "ready_at",
            "expires_at",
        ]
        read_only_fields: ClassVar = fields

    def get_words(self, export: DataExport) -> str:
        is_made = export.state == DataExport.State.MAKING
        return export.job.progress if export.job and is_made else ""
