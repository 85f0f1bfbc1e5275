"""Roles, who holds them and what they bring, for operators over the API."""

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import paging, query
from apps.core.api import BadFields
from apps.core.errors import NotFound
from apps.core.once import once
from apps.core.paging import Newest
from apps.core.versions import Versioned, guarded, tagged
from apps.rbac import (
    assignments,
    audit,
    limits,
    looks,
    membership,
    operations,
    roles,
)
from apps.rbac.catalog import Permission
from apps.rbac.declared import at_console
from apps.rbac.explanation import explain
from apps.rbac.models import Role, RoleAssignment, RoleLimits
from apps.rbac.operations import reasoned
from apps.rbac.roles_serializers import (
    STATES,
    GrantSerializer,
    LimitsSerializer,
    MaySerializer,
    NewGrantSerializer,
    NewRoleSerializer,
    OneRoleSerializer,
    PermissionSerializer,
    RoleSerializer,
    RoleShapeSerializer,
)

_HELD = ("user", "role", "granted_by", "revoked_by")


class Roles(APIView):
    policy = at_console(Permission.ROLE_VIEW)
    policies: ClassVar = {"post": at_console(Permission.ROLE_ADD)}
    scope = None

    @extend_schema(responses=RoleSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All of them, the lowest first."""
        query.refuse(request, "limit", "search")
        return paging.whole(RoleSerializer(_whole(), many=True).data)

    @once()
    @extend_schema(request=NewRoleSerializer, responses={201: OneRoleSerializer})
    def post(self, request: Request) -> Response:
        """A new one. It brings nothing that you do not have yourself."""
        form = NewRoleSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = {**form.validated_data}
        given["inherits"] = _named(given["inherits"], said="inherits")
        made = operations.tried(
            request, lambda: roles.create(by=request.user, **given), obj=Role
        )
        return Response(
            OneRoleSerializer(_role(made.slug)).data, status.HTTP_201_CREATED
        )


class OneRole(Versioned):
    policy = at_console(Permission.ROLE_VIEW)
    policies: ClassVar = {
        "patch": at_console(Permission.ROLE_CHANGE),
        "delete": at_console(Permission.ROLE_DELETE),
    }
    scope = None

    def hold(self, request: Request, slug: str) -> None:
        membership.lock()

    @tagged
    @extend_schema(responses=OneRoleSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """One of them, with all that it brings."""
        return Response(OneRoleSerializer(_role(slug)).data)

    @guarded
    @extend_schema(request=RoleShapeSerializer, responses=OneRoleSerializer)
    def patch(self, request: Request, slug: str) -> Response:
        """What it may do and inherits; counts for everybody who holds it at once."""
        form = RoleShapeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        with transaction.atomic():
            membership.lock()
            role = _role(slug)
            shape = {
                "permissions": given.get("permissions", roles.own_permissions(role)),
                "inherits": (
                    _named(given["inherits"], said="inherits")
                    if "inherits" in given
                    else list(role.inherits.all())
                ),
            }
            operations.tried(
                request,
                lambda: roles.change(by=request.user, role=role, **shape),
                obj=role,
            )
        return Response(OneRoleSerializer(_role(slug)).data)

    @guarded
    @reasoned(responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        """Only one that nobody has ever held, and no other inherits."""
        role = _role(slug)
        operations.act(
            request,
            lambda reason: roles.delete(by=request.user, role=role, reason=reason),
            obj=role,
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class LimitsOfRole(Versioned):
    policy = at_console(Permission.LIMITS_VIEW)
    policies: ClassVar = {"patch": at_console(Permission.LIMITS_CHANGE)}
    scope = None

    def hold(self, request: Request, slug: str) -> None:
        membership.lock()

    @tagged
    @extend_schema(responses=LimitsSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """What who holds it may use."""
        return Response(LimitsSerializer(_limits(slug)).data)

    @guarded
    @extend_schema(request=LimitsSerializer, responses=LimitsSerializer)
    def patch(self, request: Request, slug: str) -> Response:
        """Change some of it; it counts from the next question on."""
        with transaction.atomic():
            membership.lock()
            row = _limits(slug)
            form = LimitsSerializer(row, data=request.data, partial=True)
            form.is_valid(raise_exception=True)
            for name, value in form.validated_data.items():
                setattr(row, name, value)
            operations.tried(
                request, lambda: limits.change(by=request.user, row=row), obj=row
            )
        return Response(LimitsSerializer(row).data)


class HoldersOfRole(generics.ListAPIView[RoleAssignment]):
    """Who holds a role, and who did, the newest first."""

    policy = at_console(Permission.ROLE_HOLDERS_VIEW)
    scope = None
    serializer_class = GrantSerializer
    pagination_class = Newest
    queryset = RoleAssignment.objects.none()

    def get_queryset(self) -> Any:
        held = RoleAssignment.objects.filter(role=_role(self.kwargs["slug"]))
        return held.select_related(*_HELD)


class Permissions(APIView):
    policy = at_console(Permission.ROLE_VIEW)
    scope = None

    @extend_schema(responses=PermissionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every permission there is, and which roles have it of their own."""
        query.refuse(request, "limit", "search")
        holders: dict[str, list[str]] = {each.value: [] for each in Permission}
        for role in RoleSerializer(_whole(), many=True).data:
            for name in role["permissions"]:
                holders.setdefault(name, []).append(role["slug"])
        found = [{"name": name, "roles": held} for name, held in holders.items()]
        return paging.whole(PermissionSerializer(found, many=True).data)


class RolesOfPerson(generics.ListAPIView[RoleAssignment]):
    policy = at_console(Permission.ROLE_HOLDERS_VIEW)
    policies: ClassVar = {"post": at_console(Permission.ROLE_GRANT)}
    scope = None
    serializer_class = GrantSerializer
    pagination_class = Newest
    queryset = RoleAssignment.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter("state", enum=STATES, description="All unless it is said.")
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Roles that they were given, the newest first; not those that these inherit."""
        return super().get(request, *args, **kwargs)

    @once()
    @extend_schema(request=NewGrantSerializer, responses={201: GrantSerializer})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Give them a role, for a while or until it is taken back; it takes the place of
        the same one. You give no more than you have, nor for longer, and nothing to
        yourself."""
        form = NewGrantSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        person, given = operations.person(public_id), {**form.validated_data}
        (role,) = _named([given.pop("role")], said="role")
        made = operations.tried(
            request,
            lambda: assignments.grant(by=request.user, user=person, role=role, **given),
            obj=RoleAssignment,
            person=person,
        )
        return Response(GrantSerializer(made).data, status.HTTP_201_CREATED)

    def get_queryset(self) -> Any:
        person = operations.person(self.kwargs["public_id"])
        looks.record_of(RoleAssignment, by=self.request.user, person=person)
        rows = RoleAssignment.objects.filter(user=person).select_related(*_HELD)
        wanted = query.one_of(self.request, "state", STATES)
        if wanted == "in_force":
            return rows.live()
        if wanted == "taken_back":
            return rows.exclude(revoked_by=None)
        if wanted == "ended":
            live = RoleAssignment.objects.live().filter(user=person)
            return rows.filter(revoked_by=None).exclude(pk__in=live.values("pk"))
        return rows


class RoleOfPerson(APIView):
    policy = at_console(Permission.ROLE_REVOKE)
    scope = None

    @reasoned(responses={204: None})
    def delete(self, request: Request, public_id: UUID, slug: str) -> Response:
        """Take it back: they lose it on their next request."""
        person, role = operations.person(public_id), _role(slug)
        held = RoleAssignment.objects.live().filter(user=person, role=role).first()
        operations.act(
            request,
            lambda reason: assignments.revoke(
                by=request.user, user=person, role=role, reason=reason
            ),
            obj=held or RoleAssignment,
            person=person,
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class MayPerson(APIView):
    policy = at_console(Permission.ROLE_HOLDERS_VIEW)
    scope = None

    @extend_schema(
        operation_id="admin_users_may",
        parameters=[
            OpenApiParameter(
                "action",
                enum=[*map(str, Permission)],
                required=True,
                description="A permission, by its name.",
            )
        ],
        responses=MaySerializer,
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        """Whether they may do something to any row, and why."""
        if "action" not in request.GET:
            raise BadFields({"action": ["Say which permission."]})
        action = query.one_of(request, "action", [*map(str, Permission)])
        person = operations.person(public_id)
        found = explain(person, action)
        audit.decided(
            Permission.ROLE_HOLDERS_VIEW,
            allowed=True,
            actor=request.user,
            subject=person,
            obj=person,
            private={"action": action},
        )
        return Response(MaySerializer(found).data)


def _whole() -> Any:
    """With what the serializers read, in a handful of queries for all."""
    return Role.objects.select_related("group").prefetch_related(
        "inherits", "group__permissions__content_type"
    )


def _role(slug: str) -> Role:
    """Raises NotFound."""
    found: Role | None = _whole().filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such role.")
    return found


def _named(slugs: Iterable[str], *, said: str) -> list[Role]:
    """What a body names in a field. Raises BadFields."""
    wanted = list(dict.fromkeys(slugs))
    found = {role.slug: role for role in Role.objects.filter(slug__in=wanted)}
    if missing := [slug for slug in wanted if slug not in found]:
        raise BadFields({said: [f"There is no role {', '.join(missing)}."]})
    return [found[slug] for slug in wanted]


def _limits(slug: str) -> RoleLimits:
    found = RoleLimits.objects.filter(role__slug=slug).first()
    if found is None:
        raise NotFound("There is no such role.")
    return found


_PERSON, _ROLE = "admin/users/<uuid:public_id>", "admin/roles/<slug:slug>"
urlpatterns = [
    path("admin/roles", Roles.as_view(), name="admin_roles"),
    path(_ROLE, OneRole.as_view(), name="admin_role"),
    path(f"{_ROLE}/limits", LimitsOfRole.as_view(), name="admin_role_limits"),
    path(f"{_ROLE}/holders", HoldersOfRole.as_view(), name="admin_role_holders"),
    path("admin/permissions", Permissions.as_view(), name="admin_permissions"),
    path(f"{_PERSON}/roles", RolesOfPerson.as_view(), name="admin_user_roles"),
    path(
        f"{_PERSON}/roles/<slug:slug>", RoleOfPerson.as_view(), name="admin_user_role"
    ),
    path(f"{_PERSON}/may", MayPerson.as_view(), name="admin_user_may"),
]
