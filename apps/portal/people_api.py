"""People, as operators list, invite, read, change and close them: what stands in several
apps is told in one answer."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import closing, invitations, people
from apps.accounts.models import User
from apps.accounts.people_api import changed
from apps.core import query
from apps.core.once import once
from apps.core.paging import Ordered
from apps.core.versions import Versioned, guarded, tagged
from apps.mfa import factor
from apps.portal.people_serializers import (
    NewPersonSerializer,
    PersonRowSerializer,
    PersonSerializer,
    ProfileOfPersonSerializer,
)
from apps.rbac import looks, membership, operations
from apps.rbac.catalog import Permission
from apps.rbac.console import finding
from apps.rbac.declared import at_console
from apps.rbac.models import Role
from apps.rbac.operations import reasoned

_YES_NO = ("no", "yes")


class People(query.Sparse, generics.ListAPIView[User]):
    policy = at_console(Permission.PERSON_VIEW)
    policies: ClassVar = {"post": at_console(Permission.PERSON_ADD)}
    scope = None
    serializer_class = sparse = PersonRowSerializer
    pagination_class = Ordered
    orderings: ClassVar = {
        "-created_at": ("-created_at", "-id"),
        "created_at": ("created_at", "id"),
        "-last_sign_in_at": ("-signed_in_at", "-id"),
        "last_sign_in_at": ("signed_in_at", "id"),
    }
    queryset = User.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "search",
                description="The beginning of a name or an address, or an id; the whole"
                " of it for who may not see addresses, thirty times an hour.",
            ),
            OpenApiParameter("state", enum=people.STATES),
            OpenApiParameter("role", description="Who holds it, by its slug."),
            OpenApiParameter(
                "second_factor",
                enum=_YES_NO,
                description="Whether a password alone is not enough for them.",
            ),
            OpenApiParameter(
                "joined_after", OpenApiTypes.DATETIME, description="From then on."
            ),
            OpenApiParameter("joined_before", OpenApiTypes.DATETIME),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """People, the newest first. Names and addresses are masked."""
        return super().get(request, *args, **kwargs)

    @once()
    @extend_schema(request=NewPersonSerializer, responses={201: PersonSerializer})
    def post(self, request: Request) -> Response:
        """Have somebody come in: an account, and a letter with a link to choose a
        password."""
        form = NewPersonSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked, user = form.validated_data, operations.operator(request)
        # That it is refused tells whose address it is.
        finding.insist(request._request, User, asked["email"])
        made = operations.tried(
            request, lambda: invitations.invite(by=user, **asked), obj=User
        )
        return _shown(request, made, status.HTTP_201_CREATED)

    def get_queryset(self) -> Any:
        rows = _judged(User.objects.all())
        if words := query.words(self.request):
            parts = looks.shows_pii(self.request.user)
            finding.insist(self.request._request, User, " ".join(words))
            rows = rows.filter(people.matching(words, parts=parts))
        if state := query.one_of(self.request, "state", people.STATES):
            rows = rows.filter(people.in_state(state))
        if slug := query.one_of(self.request, "role", _slugs()):
            rows = rows.filter(people.holding(slug))
        if wanted := query.one_of(self.request, "second_factor", _YES_NO):
            rows = rows.filter(has_second_factor=wanted == "yes")
        if after := query.moment(self.request, "joined_after"):
            rows = rows.filter(created_at__gte=after)
        if before := query.moment(self.request, "joined_before"):
            rows = rows.filter(created_at__lt=before)
        return people.seen_last(rows).prefetch_related("groups__role")


class Person(Versioned):
    policy = at_console(Permission.PERSON_VIEW)
    policies: ClassVar = {
        "patch": at_console(Permission.PERSON_CHANGE),
        "delete": at_console(Permission.PERSON_CLOSE),
    }
    scope = None

    def hold(self, request: Request, public_id: UUID) -> None:
        # Before the person's row, as whoever closes them does.
        membership.lock()
        User.objects.locked(operations.person(public_id).pk)

    @tagged
    @extend_schema(responses=PersonSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """One of them. They see on *Activity* that somebody looked."""
        return _shown(request, operations.person(public_id))

    @guarded
    @extend_schema(request=ProfileOfPersonSerializer, responses=PersonSerializer)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Change their profile. They see on *Activity* that somebody did."""
        person = changed(
            request, operations.person(public_id), ProfileOfPersonSerializer
        )
        return _shown(request, person)

    @guarded
    @reasoned(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Close the account: out everywhere at once, and erased after 14 days. Until
        then they open it again by a new password through the letter, or an operator
        restores it."""
        person, user = operations.person(public_id), operations.operator(request)
        operations.act(
            request,
            lambda reason: closing.close(user=person, by=user, reason=reason),
            obj=person,
            person=person,
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


def _judged(rows: Any) -> Any:
    return rows.annotate(has_second_factor=factor.are_set_up_of_each())


def _shown(request: Request, person: User, code: int = status.HTTP_200_OK) -> Response:
    context = operations.looked_at(request, person, person=person)
    whole = _judged(User.objects.filter(pk=person.pk)).prefetch_related("groups__role")
    return Response(PersonSerializer(whole.get(), context=context).data, code)


def _slugs() -> list[str]:
    return list(Role.objects.values_list("slug", flat=True))


urlpatterns = [
    path("admin/users", People.as_view(), name="admin_users"),
    path("admin/users/<uuid:public_id>", Person.as_view(), name="admin_user"),
]
