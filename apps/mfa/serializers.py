"""What the API shows and takes of second factors."""

from typing import Any, ClassVar

from rest_framework import serializers

from apps.accounts.models import KnownBrowser
from apps.core.serializers import Exact


class FactorSerializer(serializers.Serializer[Any]):
    """`is_backup`: it takes the place of another, and is none by itself."""

    id = serializers.CharField()
    name = serializers.CharField()
    is_backup = serializers.BooleanField()


class FactorsSerializer(serializers.Serializer[Any]):
    """`is_only_one_left`: whether losing one thing would lock its owner out."""

    factors = FactorSerializer(many=True)
    recovery_codes_left = serializers.IntegerField()
    is_only_one_left = serializers.BooleanField()
    is_required = serializers.BooleanField()


class AppSerializer(serializers.Serializer[Any]):
    """What an authenticator app needs: the address to open, or the key to type."""

    url = serializers.CharField()
    key = serializers.CharField()


class ChosenPhoneSerializer(Exact):
    phone = serializers.UUIDField(help_text="The id of a verified phone.")


class TextedSerializer(serializers.Serializer[Any]):
    """Until when the texted code is good."""

    expires_at = serializers.DateTimeField()


class GivenCodeSerializer(Exact):
    code = serializers.CharField(max_length=40)


class RecoveryCodesSerializer(serializers.Serializer[Any]):
    """Shown this once. Empty where there are some already."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class LossSerializer(serializers.Serializer[Any]):
    """From when on the password alone is enough to set up new factors."""

    factors_go_at = serializers.DateTimeField(source="ready_at")


class BrowserSerializer(serializers.ModelSerializer[KnownBrowser]):
    """`trusted_until` is null for one that is asked for the second factor."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    name = serializers.CharField(source="called", read_only=True)
    trusted_until = serializers.DateTimeField(
        source="spared_until", read_only=True, allow_null=True
    )

    class Meta:
        model = KnownBrowser
        fields: ClassVar = ["id", "name", "created_at", "last_seen_at", "trusted_until"]
