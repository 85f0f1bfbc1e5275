"""The conversations over the API: what was said and done, and something to say."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.assistant import deeds_of_turns, undoing
from apps.assistant.api.speaking import Speaking, person
from apps.core import paging, query
from apps.core.api import shown
from apps.core.errors import NotFound
from apps.core.once import once
from apps.core.serializers import Exact, OpaqueId
from apps.rbac.declared import signed_in
from apps.rbac.scopes import Scope
from apps.sms import files, threads, web
from apps.sms.models import MediaFile, PhoneNumber, Turn
from apps.sms.models.inbound import WEB


class FileSerializer(serializers.Serializer[Any]):
    """A picture or file of a text, at `messages/files/{id}` once it is `kept`; `why` it
    was not, where it was `refused`. `size` in bytes."""

    id = serializers.UUIDField(source="public_id")
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    state = serializers.ChoiceField(MediaFile.State.choices)
    why = serializers.CharField()


class MessageSerializer(serializers.Serializer[Any]):
    """`direction`: `in` from the person, `out` from us; an answer is `out` with the
    `turn` of what it answers, which has none while it waits. `state` in words, and in
    `next_step` what its person can do where it did not arrive. `number`: of the phone,
    or `web`; what is written there has no `segments`."""

    id = serializers.CharField()
    direction = serializers.ChoiceField(("in", "out"))
    body = serializers.CharField()
    at = serializers.DateTimeField()
    turn = OpaqueId(Turn, source="turn_id", allow_null=True)
    state = serializers.CharField(source="state_label")
    next_step = serializers.CharField()
    kind = serializers.CharField()
    number = serializers.CharField()
    segments = serializers.IntegerField()
    files = FileSerializer(many=True)


class DeedSerializer(serializers.Serializer[Any]):
    """What a tool did: `state` is empty where it is done. Where it can be taken back
    `undo` names it, for `messages/undo/{undo}`; where it waits for a yes `approval` does,
    and ALWAYS would be about `about`."""

    title = serializers.CharField()
    state = serializers.CharField()
    receipt = serializers.CharField()
    undo = serializers.CharField()
    approval = serializers.CharField()
    about = serializers.CharField()


class OneMessageSerializer(MessageSerializer):
    """With what was done in the turn; a receipt is empty where the answer says it. What
    the person said has the `answer` as soon as there is one; while one may come
    `is_waiting` is true."""

    answer = MessageSerializer(allow_null=True)
    is_waiting = serializers.BooleanField()
    deeds = DeedSerializer(many=True)


class UndoneSerializer(serializers.Serializer[Any]):
    """What was taken back, in a sentence."""

    said = serializers.CharField()


class ConversationSerializer(serializers.Serializer[Any]):
    """With one phone, or `web`: written here. `messages` is where they are read."""

    id = serializers.CharField()
    number = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    messages = serializers.URLField()


class SaySerializer(Exact):
    words = serializers.CharField(max_length=web.LONGEST)


class SaidSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()


_DIRECTIONS = ("in", "out")
_MOST, _USUAL = 100, 40
_ASKED = [
    *paging.asked(_MOST, _USUAL),
    OpenApiParameter("direction", enum=_DIRECTIONS),
    OpenApiParameter("search", description="All of these words are in it."),
]


class Messages(Speaking):
    policy = signed_in
    scope = Scope.MESSAGES
    policies: ClassVar = {"post": signed_in}
    sparse = MessageSerializer

    @extend_schema(parameters=_ASKED, responses=MessageSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The newest, texted or written, with the answers: a page the oldest first.
        `next` leads to what was said before it, `previous` to what was said after."""
        return _page(request)

    @once()
    @extend_schema(request=SaySerializer, responses={202: SaidSerializer})
    def post(self, request: Request) -> Response:
        """Say something to the assistant. It answers after this: read the message with
        this `id` until it has an `answer`."""
        form = SaySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        text = web.say(person(request), form.validated_data["words"])
        said = {"id": threads.id_of("in", text.pk)}
        return Response(SaidSerializer(said).data, status=status.HTTP_202_ACCEPTED)


class OneMessage(Speaking):
    policy = signed_in
    scope = Scope.MESSAGES

    @extend_schema(operation_id="message_retrieve", responses=OneMessageSerializer)
    def get(self, request: Request, message: str) -> Response:
        """One of them, and what was done about it."""
        user = person(request)
        found = threads.one(user, message)
        answer, is_waiting = threads.answer(user, found)
        said = [found] if answer is None else [found, answer]
        done = deeds_of_turns.of(user, said, timezone.now())
        told = {
            **vars(found),
            "id": found.id,
            "answer": answer,
            "is_waiting": is_waiting,
            "deeds": done[found.turn_id],
        }
        return Response(shown(OneMessageSerializer, told))


class File(Speaking):
    policy = signed_in
    scope = Scope.MESSAGES

    @extend_schema(responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        """A picture or file that came with a text, as what it is. A browser runs nothing
        of it."""
        return files.answer(files.of(person(request), public_id))


class Undo(Speaking):
    policy = signed_in
    scope = Scope.MESSAGES

    @once()
    @extend_schema(request=None, responses=UndoneSerializer)
    def post(self, request: Request, handle: UUID) -> Response:
        """Take one change back, within fifteen minutes; else 404."""
        said = undoing.take_back_elsewhere(user=person(request), handle=str(handle))
        return Response(UndoneSerializer({"said": said}).data)


class Conversations(Speaking):
    policy = signed_in
    scope = Scope.MESSAGES

    @extend_schema(responses=ConversationSerializer(many=True))
    def get(self, request: Request) -> Response:
        """One with each phone of yours, and what is written here."""
        rows = [
            {"id": str(phone.public_id), "number": phone.e164, "name": phone.label}
            for phone in _phones(request).order_by("pk")
        ]
        rows.append({"id": WEB, "number": "", "name": ""})
        for row in rows:
            place = reverse("conversation_messages", args=[row["id"]])
            row["messages"] = f"{settings.PUBLIC_URL}{place}"
        return paging.whole(ConversationSerializer(rows, many=True).data)


class OneConversation(Speaking):
    policy = signed_in
    scope = Scope.MESSAGES
    sparse = MessageSerializer

    @extend_schema(parameters=_ASKED, responses=MessageSerializer(many=True))
    def get(self, request: Request, conversation: str) -> Response:
        """The newest of one conversation, in the same order."""
        if conversation == WEB:
            return _page(request, number=WEB)
        phone = _phones(request).filter(public_id=_uuid(conversation)).first()
        if phone is None:
            raise NotFound
        return _page(request, number=phone.e164)


def _page(request: Request, number: str = "") -> Response:
    show = query.reader(request, MessageSerializer)
    found = threads.page(
        person(request),
        before=request.GET.get("cursor", ""),
        limit=query.whole(request, "limit", _MOST, _USUAL),
        number=number,
        direction=query.one_of(request, "direction", _DIRECTIONS),
        words=query.words(request),
    )
    results = [show(message) for message in found.messages]
    return paging.answer(request, found, results)


def _phones(request: Request) -> Any:
    return PhoneNumber.objects.owned_by(person(request))


def _uuid(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError as error:
        raise NotFound from error


urlpatterns = [
    path("messages", Messages.as_view(), name="messages"),
    path("messages/files/<uuid:public_id>", File.as_view(), name="message_file"),
    path("messages/<str:message>", OneMessage.as_view(), name="message"),
    path("messages/undo/<uuid:handle>", Undo.as_view(), name="message_undo"),
    path("conversations", Conversations.as_view(), name="conversations"),
    path(
        "conversations/<str:conversation>/messages",
        OneConversation.as_view(),
        name="conversation_messages",
    ),
]
