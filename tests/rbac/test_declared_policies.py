"""A view that does not say who may use it is closed, in pages and in the API."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from apps.accounts.models import User
from apps.core.errors import Forbidden, NotFound
from apps.rbac import declared, shares, verdicts
from apps.rbac.api import PolicyPermission
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, in_person, public, requires, signed_in
from config import urls as site
from tests import sign_in
from tests.rbac.factories import ThingFactory, person
from tests.rbac.things.models import Thing
from tests.rbac.things.resources import CHANGE, VIEW

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.rbac.test_declared_policies"),
]


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


@public
def for_all(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


@signed_in
def for_people(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


@requires(Permission.LANE_VIEW)
def for_operators(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


class Undeclared(APIView):
    permission_classes = [PolicyPermission]

    def get(self, request: Request) -> Response:
        return Response("open")


class Forgetful(APIView):
    """Neither our permission nor a declaration."""

    permission_classes: list[Any] = []

    def get(self, request: Request) -> Response:
        return Response("open")


class Lanes(Undeclared):
    policy = requires(Permission.LANE_VIEW)


class Keys(Undeclared):
    policy = in_person(signed_in)


class OneThing(APIView):
    permission_classes = [PolicyPermission]
    policies = {"get": about(VIEW), "post": about(CHANGE)}

    def get(self, request: Request, pk: int) -> Response:
        thing = Thing.objects.get(pk=pk)
        self.check_object_permissions(request, thing)
        return Response(thing.name)

    post = put = get


urlpatterns = [
    path("undeclared/", undeclared),
    path("all/", for_all),
    path("people/", for_people),
    path("operators/", for_operators),
    path("api/undeclared", Undeclared.as_view()),
    path("api/forgetful", Forgetful.as_view()),
    path("api/lanes", Lanes.as_view()),
    path("api/keys", Keys.as_view()),
    path("api/things/<int:pk>", OneThing.as_view()),
    *site.urlpatterns,
]


def status(user: User | None, address: str, verb: str = "get") -> int:
    client = Client()
    if user:
        sign_in.signed_in(user, client)
    answer = getattr(client, verb)(address, content_type="application/json")
    return int(answer.status_code)


@pytest.mark.parametrize(
    ("address", "stranger", "alice", "ada"),
    [
        ("/undeclared/", 403, 403, 403),
        ("/all/", 200, 200, 200),
        ("/people/", 302, 200, 200),
        ("/operators/", 302, 403, 200),
        ("/api/undeclared", 401, 403, 403),
        ("/api/forgetful", 403, 403, 403),
        ("/api/lanes", 401, 403, 200),
        ("/api/keys", 401, 200, 200),
    ],
)
def test_who_gets_in(address: str, stranger: int, alice: int, ada: int) -> None:
    assert status(None, address) == stranger
    assert status(person(), address) == alice
    assert status(person("administrator"), address) == ada


def test_what_is_in_person_is_closed_to_whoever_stands_in() -> None:
    alice, client = person(), sign_in.signed_in(person("administrator"))
    reason = {"reason": "Ticket 81: no keys"}
    client.post(f"/admin/accounts/user/{alice.pk}/stand-in/", reason)
    found = {
        page: client.get(page).status_code
        for page in ("/people/", "/operators/", "/api/lanes", "/api/keys")
    }
    # As Alice, who is no operator.
    assert found == {
        "/people/": 200,
        "/operators/": 403,
        "/api/lanes": 403,
        "/api/keys": 403,
    }


def test_rows_of_the_api_are_judged_one_by_one() -> None:
    alice, bob, charlie = person(), person(), person()
    thing = ThingFactory.create(user=alice)
    shares.share(by=alice, obj=thing, user=bob, level="view")
    address = f"/api/things/{thing.pk}"
    assert [status(each, address) for each in (alice, bob, charlie)] == [200, 200, 403]
    assert [status(each, address, "post") for each in (alice, bob)] == [200, 403]
    # A method that nothing was declared for.
    assert status(alice, address, "put") == 403


def test_a_row_one_may_not_see_is_not_there() -> None:
    alice, bob = person(), person()
    thing = ThingFactory.create(user=alice)
    verdicts.insist(alice, VIEW, thing)
    with pytest.raises(NotFound):
        verdicts.insist(bob, VIEW, thing)
    with pytest.raises(Forbidden):
        verdicts.insist(bob, Permission.LANE_VIEW)


def test_a_suspended_person_is_a_stranger_to_every_view() -> None:
    alice = person()
    client = Client()
    client.force_login(alice, "allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/people/").status_code == 200
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.get("/people/").status_code == 302


def test_what_views_of_the_api_declare_is_seen_from_outside() -> None:
    class One(APIView):
        policy = signed_in

    class Many(ViewSet):
        policy = signed_in
        policies = {"list": public, "put": requires(Permission.ROLE_VIEW)}

    assert declared.of(One.as_view()) == signed_in
    many = Many.as_view({"get": "list", "post": "create"})
    assert declared.of(many, method="GET") == public
    assert declared.of(many, method="POST") == signed_in
    # The package's own name no one.
    assert declared.of(APIView.as_view()) is None


def test_views_of_packages_are_declared_in_the_settings(settings: Settings) -> None:
    settings.DECLARED_FOR = {"tests.rbac": "apps.rbac.declared.signed_in"}
    assert declared.of(undeclared) == signed_in
    assert status(None, "/undeclared/") == 302
    settings.DECLARED_FOR = {"tests.rb": "apps.rbac.declared.signed_in"}
    assert declared.of(undeclared) is None
