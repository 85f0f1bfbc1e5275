"""What operators are shown of somebody's account over the API."""

from typing import Any, ClassVar

from rest_framework import serializers

from apps.accounts.models import KnownBrowser, LoginSession
from apps.rbac.operations import Masked


class SignInOfPersonSerializer(Masked, serializers.ModelSerializer[LoginSession]):
    """`methods` were proved in it, last at `proved_at`, a second factor at
    `proved_twice_at`. `ending`: why it is over; empty while it lasts. `address` is masked
    for who may not see addresses, and in lists."""

    pii: tuple[str, ...] = ("address",)
    id = serializers.UUIDField(source="sid", read_only=True)
    device = serializers.CharField(read_only=True)
    ending = serializers.ChoiceField(
        choices=LoginSession.Ending.choices, allow_blank=True, read_only=True
    )

    class Meta:
        model = LoginSession
        fields: ClassVar = [
            "id",
            "client",
            "device",
            "methods",
            "address",
            "created_at",
            "last_seen_at",
            "proved_at",
            "proved_twice_at",
            "expires_at",
            "ended_at",
            "ending",
        ]
        read_only_fields: ClassVar = fields


class BrowserOfPersonSerializer(serializers.ModelSerializer[KnownBrowser]):
    """`trusted_until`: at most; a change of password or factors ends it sooner. Null
    where the second factor is asked for."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    name = serializers.CharField(source="called", read_only=True)

    class Meta:
        model = KnownBrowser
        fields: ClassVar = ["id", "name", "created_at", "last_seen_at", "trusted_until"]
        read_only_fields: ClassVar = fields


class EndedSerializer(serializers.Serializer[Any]):
    """How many sign-ins were ended."""

    ended = serializers.IntegerField()
