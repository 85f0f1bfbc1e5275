"""What is shared and offered, over the API."""

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.assistant import offers, shared
from apps.assistant.api.speaking import Speaking, person
from apps.assistant.models import Offer
from apps.assistant.shared import Thing
from apps.core import paging
from apps.core.errors import Invalid
from apps.core.once import once
from apps.core.serializers import Exact
from apps.rbac.declared import signed_in
from apps.rbac.scopes import Scope

KINDS = ("list", "note", "calendar")


class ThingSerializer(serializers.Serializer[Any]):
    """`owner` is the mail address of whose it is."""

    kind = serializers.SerializerMethodField()
    id = serializers.UUIDField(source="public_id")
    name = serializers.SerializerMethodField()
    owner = serializers.EmailField(source="user.email")

    def get_kind(self, row: Thing) -> str:
        return str(row._meta.model_name)

    def get_name(self, row: Thing) -> str:
        return shared.called(row)


class OfferSerializer(serializers.Serializer[Any]):
    """`to` is the address it was made to, whether or not that is somebody's here."""

    id = serializers.UUIDField(source="public_id")
    thing = ThingSerializer()
    to = serializers.CharField(source="address")
    level = serializers.ChoiceField(Offer.Level.choices)
    created_at = serializers.DateTimeField()


class HolderSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    email = serializers.EmailField()


class ShareSerializer(serializers.Serializer[Any]):
    """`person` has `thing`."""

    thing = ThingSerializer()
    person = HolderSerializer()
    level = serializers.ChoiceField(Offer.Level.choices)


class SharesSerializer(serializers.Serializer[Any]):
    """`offered` to you, `received` of others, `given` to others, and `waiting`: what you
    offered and nobody has answered."""

    offered = OfferSerializer(many=True)
    received = ShareSerializer(many=True)
    given = ShareSerializer(many=True)
    waiting = OfferSerializer(many=True)


class NewOfferSerializer(Exact):
    """`to`: a mail address, or a number with its country code. A calendar needs no id."""

    kind = serializers.ChoiceField(KINDS)
    id = serializers.UUIDField(required=False)
    to = serializers.CharField(max_length=254)
    level = serializers.ChoiceField(Offer.Level.choices)


class Shares(Speaking):
    policy = signed_in
    scope = Scope.SHARES

    @extend_schema(responses=SharesSerializer)
    def get(self, request: Request) -> Response:
        """All of it."""
        user = person(request)
        found = {
            "offered": offers.waiting(user),
            "received": shared.received(user),
            "given": shared.given(user),
            "waiting": offers.made(user),
        }
        return Response(SharesSerializer(found).data)

    @once()
    @extend_schema(request=NewOfferSerializer, responses={201: OfferSerializer})
    def post(self, request: Request) -> Response:
        """Offer something of yours; it is shared once it is accepted. 403 where it is
        another's, 429 for too many."""
        form = NewOfferSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user, asked = person(request), form.validated_data
        row = offers.make(
            by=user, thing=_thing(user, asked), to=asked["to"], level=asked["level"]
        )
        return Response(OfferSerializer(row).data, status=status.HTTP_201_CREATED)


class OneOffer(Speaking):
    policy = signed_in
    scope = Scope.SHARES

    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Take back what you offered and nobody has answered."""
        user = person(request)
        offers.withdraw(by=user, row=offers.own(user=user, public_id=str(public_id)))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Accept(Speaking):
    policy = signed_in
    scope = Scope.SHARES

    @once()
    @extend_schema(request=None, responses=ThingSerializer)
    def post(self, request: Request, public_id: UUID) -> Response:
        """It is among yours from now on."""
        thing = offers.accept(user=person(request), row=_offered(request, public_id))
        return Response(ThingSerializer(thing).data)


class Decline(Speaking):
    policy = signed_in
    scope = Scope.SHARES

    @once()
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Turn it down."""
        offers.decline(user=person(request), row=_offered(request, public_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class BlockWhoOffers(Speaking):
    policy = signed_in
    scope = Scope.SHARES

    @once()
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Turn it down, leave what its owner shares, and see none of their offers."""
        offers.block(user=person(request), row=_offered(request, public_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class OneShare(Speaking):
    policy = signed_in
    scope = Scope.SHARES

    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID, holder: UUID) -> Response:
        """Take a thing of yours back from a person, or leave one of another's."""
        user = person(request)
        shared.revoke(
            by=user,
            thing=shared.find(user=user, public_id=str(public_id)),
            person=shared.person_of(str(holder)),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class Blocked(Speaking):
    policy = signed_in
    scope = Scope.SHARES

    @extend_schema(responses=HolderSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Whose offers you do not see."""
        found = offers.blocked(person(request))
        return paging.whole(HolderSerializer(found, many=True).data)


class OneBlocked(Speaking):
    policy = signed_in
    scope = Scope.SHARES

    @extend_schema(responses={204: None})
    def delete(self, request: Request, person_id: UUID) -> Response:
        """They may offer you things again."""
        user = person(request)
        offers.unblock(user=user, person=offers.one_blocked(user, person_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _offered(request: Request, public_id: UUID) -> Offer:
    return offers.get(user=person(request), public_id=str(public_id))


def _thing(user: Any, asked: dict[str, Any]) -> Thing:
    if asked["kind"] == "calendar":
        if "id" in asked:
            raise Invalid("There is one calendar: send no id.")
        return offers.calendar(user)
    if "id" not in asked:
        raise Invalid("Send the id of the list or the note.")
    return shared.find(user=user, public_id=str(asked["id"]))


urlpatterns = [
    path("shares", Shares.as_view(), name="shares"),
    path("shares/blocked", Blocked.as_view(), name="shares_blocked"),
    path("shares/blocked/<uuid:person_id>", OneBlocked.as_view(), name="share_unblock"),
    path("shares/<uuid:public_id>", OneOffer.as_view(), name="offer"),
    path("shares/<uuid:public_id>/accept", Accept.as_view(), name="offer_accept"),
    path("shares/<uuid:public_id>/decline", Decline.as_view(), name="offer_decline"),
    path("shares/<uuid:public_id>/block", BlockWhoOffers.as_view(), name="offer_block"),
    path(
        "shares/<uuid:public_id>/people/<uuid:holder>",
        OneShare.as_view(),
        name="share_end",
    ),
]
