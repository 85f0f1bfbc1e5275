"""What operators are shown of roles, and say of them, over the API."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.serializers import Choice, Exact, ExactModel, Moment
from apps.rbac import catalog, limits, policy, reasons, roles
from apps.rbac.catalog import Permission
from apps.rbac.models import Role, RoleAssignment, RoleLimits
from apps.rbac.operations import OperatorRefSerializer

_PERMISSIONS = [each.value for each in Permission]
REASONS = [each.value for each in policy.Reason]
STATES = ("in_force", "ended", "taken_back")


def _permissions(**given: Any) -> serializers.ListField:
    return serializers.ListField(
        child=Choice(choices=_PERMISSIONS), max_length=len(_PERMISSIONS), **given
    )


def _slugs(**given: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.SlugField(max_length=40), max_length=100, **given
    )


class RoleSerializer(serializers.ModelSerializer[Role]):
    """`permissions` of its own, `inherits` by slug. `is_system`: it comes with the
    product, and only its limits can be changed."""

    permissions = serializers.SerializerMethodField()
    inherits = serializers.SerializerMethodField()

    class Meta:
        model = Role
        fields: ClassVar = [
            "slug",
            "name",
            "rank",
            "is_system",
            "inherits",
            "permissions",
        ]
        read_only_fields: ClassVar = fields

    def get_permissions(self, role: Role) -> list[str]:
        rows = role.group.permissions.all()
        return sorted(
            catalog.from_row(
                row.content_type.app_label, row.content_type.model, row.codename
            )
            for row in rows
        )

    def get_inherits(self, role: Role) -> list[str]:
        return sorted(parent.slug for parent in role.inherits.all())


class OneRoleSerializer(RoleSerializer):
    """`brings`: all that who holds it may do, the inherited included."""

    brings = serializers.SerializerMethodField()

    class Meta(RoleSerializer.Meta):
        fields: ClassVar = [*RoleSerializer.Meta.fields, "brings"]
        read_only_fields: ClassVar = fields

    def get_brings(self, role: Role) -> list[str]:
        return sorted(policy.permissions_of(role))


class NewRoleSerializer(Exact):
    """`slug`: its name in records and commands, for good. Of two limits the role with
    the higher `rank` decides."""

    slug = serializers.RegexField(
        f"^{roles.SLUG.pattern}$",
        max_length=40,
        error_messages={"invalid": roles.NO_SLUG},
    )
    name = serializers.CharField(max_length=60)
    rank = serializers.IntegerField(min_value=0, max_value=32_767, default=15)
    permissions = _permissions(default=list)
    inherits = _slugs(default=list)


class RoleShapeSerializer(Exact):
    """What is left out stays as it is."""

    permissions = _permissions(required=False)
    inherits = _slugs(required=False)


class LimitsSerializer(ExactModel[RoleLimits]):
    """Null: as in the next lower role. `llm_micros`: millionths of a US dollar a month;
    `idle_minutes`: signed out after, 0 for never."""

    class Meta:
        model = RoleLimits
        fields: ClassVar = list(limits.FIELDS)


class GrantSerializer(serializers.ModelSerializer[RoleAssignment]):
    """`granted_by` is null where the system gave it, or who did is gone; `expires_at`
    where it is theirs until it is taken back."""

    role = serializers.CharField(source="role.slug", read_only=True)
    person = OperatorRefSerializer(source="user", read_only=True)
    state = serializers.SerializerMethodField()
    granted_by = OperatorRefSerializer(read_only=True, allow_null=True)
    revoked_by = OperatorRefSerializer(read_only=True, allow_null=True)

    class Meta:
        model = RoleAssignment
        fields: ClassVar = [
            "role",
            "person",
            "state",
            "reason",
            "granted_at",
            "granted_by",
            "expires_at",
            "revoked_at",
            "revoked_by",
        ]
        read_only_fields: ClassVar = fields

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, held: RoleAssignment) -> str:
        if held.is_live:
            return "in_force"
        return "taken_back" if held.revoked_by_id else "ended"


class NewGrantSerializer(Exact):
    """`reason` is kept in the audit, and shown to the person. Without `expires_at` it is
    theirs until it is taken back."""

    role = serializers.SlugField(max_length=40)
    reason = serializers.CharField(
        min_length=reasons.SHORTEST,
        max_length=reasons.LONGEST,
        validators=[reasons.insist_on_enough],
    )
    expires_at = Moment(required=False, allow_null=True)


class PermissionSerializer(serializers.Serializer[Any]):
    """`roles`: which have it of their own."""

    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())


class WaySerializer(serializers.Serializer[Any]):
    """One way to yes, whether it leads there, and what it rests on."""

    name = serializers.ChoiceField(choices=REASONS)
    leads_there = serializers.BooleanField()
    steps = serializers.ListField(child=serializers.CharField())


class MaySerializer(serializers.Serializer[Any]):
    """`roles`: each that they have, and by which they come to it, from one that they
    were given; `would_bring`: roles that hold the permission."""

    is_allowed = serializers.BooleanField(source="decision.allowed")
    reason = serializers.ChoiceField(choices=REASONS, source="decision.reason")
    ways = WaySerializer(many=True)
    roles = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField())
    )
    would_bring = serializers.ListField(child=serializers.CharField())
