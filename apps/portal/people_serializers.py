"""What operators are shown of people, and say of them, over the API."""

from datetime import datetime
from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts import erasure, names, people, time_zones
from apps.accounts.models import User
from apps.accounts.reachable import suppressed
from apps.core.serializers import Choice, Exact, ExactModel
from apps.mfa import factor
from apps.mfa.serializers import FactorSerializer
from apps.rbac.operations import Masked

MASKED = ("email", "name")


def _insist_on_zone(value: str) -> None:
    if value not in time_zones.names():
        raise serializers.ValidationError("This is no IANA time zone.")


class PersonRowSerializer(Masked, serializers.ModelSerializer[User]):
    """Masked for everybody: no person can be told of each list they stood on. `roles`
    are those that they hold and what these inherit, the highest first. `state`:
    `suspended` by an operator, or `closed` and erased in a while."""

    pii: tuple[str, ...] = MASKED
    id = serializers.UUIDField(source="public_id", read_only=True)
    # Masked it is no address.
    email = serializers.CharField(read_only=True)
    state = serializers.SerializerMethodField()
    roles = serializers.SerializerMethodField()
    has_second_factor = serializers.BooleanField(read_only=True)
    last_sign_in_at = serializers.DateTimeField(
        source="last_login", allow_null=True, read_only=True
    )

    class Meta:
        model = User
        fields: ClassVar = [
            "id",
            "email",
            "name",
            "state",
            "roles",
            "has_second_factor",
            "last_sign_in_at",
            "created_at",
        ]
        read_only_fields: ClassVar = fields

    @extend_schema_field(serializers.ChoiceField(choices=people.STATES))
    def get_state(self, person: User) -> str:
        return people.state(person)

    def get_roles(self, person: User) -> list[str]:
        held = [each.role for each in person.groups.all() if hasattr(each, "role")]
        return [role.slug for role in sorted(held, key=lambda r: -r.rank)]


class AddressOfPersonSerializer(Masked, serializers.Serializer[Any]):
    """`is_suppressed`: letters came back from it, so none is sent there."""

    pii: tuple[str, ...] = ("email",)
    email = serializers.CharField()
    is_verified = serializers.BooleanField(source="verified")
    is_primary = serializers.BooleanField(source="primary")
    is_suppressed = serializers.SerializerMethodField()

    def get_is_suppressed(self, address: Any) -> bool:
        return address.email in self.context["suppressed"]


class PersonSerializer(PersonRowSerializer):
    """Addresses and names in full for who may see them (`is_in_full`); the person sees
    that somebody looked. `factors`: second factors that they have. `is_frozen`: ended
    everything at once, and has not come back yet. `erased_at`: when a closed account
    goes."""

    is_in_full = serializers.SerializerMethodField()
    addresses = serializers.SerializerMethodField()
    factors = serializers.SerializerMethodField()
    is_frozen = serializers.SerializerMethodField()
    erased_at = serializers.SerializerMethodField()

    class Meta(PersonRowSerializer.Meta):
        fields: ClassVar = [
            *PersonRowSerializer.Meta.fields,
            "is_in_full",
            "addresses",
            "timezone",
            "locale",
            "factors",
            "is_frozen",
            "closed_at",
            "erased_at",
        ]
        read_only_fields: ClassVar = fields

    def get_is_in_full(self, person: User) -> bool:
        return bool(self.context["shown"])

    @extend_schema_field(AddressOfPersonSerializer(many=True))
    def get_addresses(self, person: User) -> list[dict[str, Any]]:
        context = {
            **self.context,
            "suppressed": {each.address for each in suppressed(person)},
        }
        rows = EmailAddress.objects.filter(user=person).order_by("pk")
        return list(AddressOfPersonSerializer(rows, many=True, context=context).data)

    @extend_schema_field(FactorSerializer(many=True))
    def get_factors(self, person: User) -> list[dict[str, Any]]:
        return list(FactorSerializer(factor.of(person), many=True).data)

    def get_is_frozen(self, person: User) -> bool:
        return person.frozen_at is not None

    def get_erased_at(self, person: User) -> datetime | None:
        closed = person.closed_at
        return None if closed is None else closed + erasure.GRACE


class NewPersonSerializer(Exact):
    """`timezone`: an IANA name."""

    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(
        max_length=80, allow_blank=True, default="", validators=[names.insist_readable]
    )
    timezone = serializers.CharField(
        max_length=64, default=settings.TIME_ZONE, validators=[_insist_on_zone]
    )


class ProfileOfPersonSerializer(ExactModel[User]):
    """`timezone`: an IANA name."""

    locale = Choice(choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields: ClassVar = ["name", "timezone", "locale"]
        extra_kwargs: ClassVar = {"timezone": {"validators": [_insist_on_zone]}}
