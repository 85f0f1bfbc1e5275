"""Reminders over the API."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.models import User
from apps.assistant import conversations, drafts, phrases, reminders, told
from apps.assistant.api.speaking import Speaking, person
from apps.assistant.drafts import Draft
from apps.assistant.models import Reminder
from apps.core import query, showing
from apps.core.errors import Invalid
from apps.core.once import again, once
from apps.core.paging import Ordered
from apps.core.query import Sparse
from apps.core.serializers import Exact, Moment
from apps.core.versions import Versioned, guarded, tagged
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, requires, signed_in
from apps.rbac.scopes import Scope

State = Reminder.State


class ReminderSerializer(serializers.ModelSerializer[Reminder]):
    """`rule` is of RFC 5545 in the wall time of `zone`, empty for one that comes once;
    `when` says it in words. `series`: the one that it is an occurrence of."""

    id = serializers.UUIDField(source="public_id")
    when = serializers.SerializerMethodField()
    series = serializers.UUIDField(source="series.public_id", allow_null=True)

    class Meta:
        model = Reminder
        fields: ClassVar = [
            "id",
            "text",
            "due_at",
            "when",
            "rule",
            "zone",
            "state",
            "series",
            "snoozes",
            "note",
            "held_until",
            "created_at",
        ]

    def get_when(self, row: Reminder) -> str:
        return told.when(self.context["scene"], row.due_at, row.recurrence)


class ChoiceSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # a field, no label
    when = serializers.CharField()


class DraftSerializer(serializers.Serializer[Any]):
    """With a `question`, what it would be is open: send an answer as `when`, one of the
    `options` or words."""

    text = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    rule = serializers.SerializerMethodField()
    when = serializers.CharField(source="told")
    question = serializers.CharField()
    options = ChoiceSerializer(many=True)

    def get_rule(self, draft: Draft) -> str:
        return draft.repeats.rule if draft.repeats else ""


class WordsSerializer(Exact):
    """`when` answers the question that the words led to."""

    words = serializers.CharField(max_length=drafts.LONGEST)
    when = serializers.CharField(max_length=200, required=False)


class NewReminderSerializer(Exact):
    """Either `words`, with `when` to answer what they left open; or `text` and
    `due_at`."""

    words = serializers.CharField(max_length=drafts.LONGEST, required=False)
    when = serializers.CharField(max_length=200, required=False)
    text = serializers.CharField(max_length=reminders.LONGEST_TEXT, required=False)
    due_at = Moment(required=False)


class ReminderChangeSerializer(Exact):
    """`when` is said in words, also a rule ("every friday at 9")."""

    text = serializers.CharField(max_length=reminders.LONGEST_TEXT, required=False)
    when = serializers.CharField(max_length=200, required=False)
    due_at = Moment(required=False)
    is_done = serializers.BooleanField(required=False)


class SnoozeSerializer(Exact):
    minutes = serializers.IntegerField(min_value=1, max_value=60 * 24, required=False)


class Unclear(Invalid):
    """Of words that leave a question open; it comes along."""

    code = "unclear"

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft.question)
        options = ChoiceSerializer(draft.options, many=True).data
        self.extra = {"options": list(options)}


_STATES = ("open", "done")


class Reminders(Speaking, Sparse, generics.ListAPIView[Reminder]):
    policy = about(Permission.REMINDER_VIEW)
    scope = Scope.REMINDERS
    policies: ClassVar = {"post": requires(Permission.REMINDER_ADD)}
    serializer_class = sparse = ReminderSerializer
    pagination_class = Ordered
    queryset = Reminder.objects.none()

    # By when they were made: ids are in that order.
    orderings: ClassVar = {
        "due_at": ("due_at", "id"),
        "-due_at": ("-due_at", "-id"),
        "created_at": ("id",),
        "-created_at": ("-id",),
    }

    @property
    def usual_ordering(self) -> str:
        return "-created_at" if self._is_done() else "due_at"

    def get_queryset(self) -> Any:
        own = Reminder.objects.owned_by(self.request.user).select_related("series")
        rows = own.filter(state=State.DONE) if self._is_done() else own.open()
        if after := query.moment(self.request, "due_after"):
            rows = rows.filter(due_at__gt=after)
        if before := query.moment(self.request, "due_before"):
            rows = rows.filter(due_at__lt=before)
        return rows.filter(query.containing(query.words(self.request), "text"))

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), **_scene(person(self.request))}

    def _is_done(self) -> bool:
        return query.one_of(self.request, "state", _STATES, "open") == "done"

    @extend_schema(
        parameters=[
            OpenApiParameter("state", enum=_STATES, default="open"),
            OpenApiParameter("due_after", datetime),
            OpenApiParameter("due_before", datetime),
            OpenApiParameter("search", description="All of these words are in it."),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The open ones, the next first; or what is done, the newest first: unless
        another `ordering` is asked for."""
        return super().get(request, *args, **kwargs)

    @once()
    @extend_schema(request=NewReminderSerializer, responses={201: ReminderSerializer})
    def post(self, request: Request) -> Response:
        """Set one: 400 `unclear` has the question and its `options`, if there is one."""
        form = NewReminderSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user, asked = person(request), form.validated_data
        with transaction.atomic():
            row = drafts.keep(user, _wanted(user, asked))
        return _shown(user, row, status.HTTP_201_CREATED)


class Parse(Speaking):
    policy = signed_in
    scope = Scope.REMINDERS

    @again("it sets nothing")
    @extend_schema(request=WordsSerializer, responses=DraftSerializer)
    def post(self, request: Request) -> Response:
        """What the words would set, or what would be asked first. Sets nothing."""
        form = WordsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(
            DraftSerializer(drafts.read(person(request), **form.validated_data)).data
        )


class OneReminder(Speaking, Versioned):
    policy = about(Permission.REMINDER_VIEW)
    scope = Scope.REMINDERS
    policies: ClassVar = {
        "patch": about(Permission.REMINDER_CHANGE),
        "delete": about(Permission.REMINDER_DELETE),
    }

    def hold(self, request: Request, public_id: UUID) -> None:
        reminders.get(user=person(request), public_id=str(public_id))

    @tagged
    @extend_schema(responses=ReminderSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """How it stands."""
        user = person(request)
        return _shown(user, reminders.read(user=user, public_id=public_id))

    @guarded
    @extend_schema(request=ReminderChangeSerializer, responses=ReminderSerializer)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Other words, another time, or done. Of one that repeats a single time moves
        the next occurrence alone, which is what is answered."""
        form = ReminderChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = person(request)
        with transaction.atomic():
            row = _changed(user, str(public_id), form.validated_data)
        return _shown(user, row)

    @guarded
    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Take it off the list, with all that comes of it if it repeats."""
        with transaction.atomic():
            reminders.delete(user=person(request), public_id=str(public_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Snooze(Speaking):
    policy = about(Permission.REMINDER_CHANGE)
    scope = Scope.REMINDERS

    @once()
    @extend_schema(request=SnoozeSerializer, responses=ReminderSerializer)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Say it again later: in `minutes`, else in ten."""
        form = SnoozeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = person(request)
        with transaction.atomic():
            row = reminders.get_open(user=user, public_id=str(public_id))
            wait = reminders.SNOOZE
            if minutes := form.validated_data.get("minutes"):
                wait = minutes * reminders.MINUTE
            due_at = max(timezone.now(), row.due_at) + wait
            row, _ = reminders.snooze(
                user=user, public_id=str(public_id), due_at=due_at
            )
        return _shown(user, row)


def _wanted(user: User, asked: dict[str, Any]) -> Draft:
    """Raises Invalid, or Unclear."""
    if "words" in asked and not asked.keys() & {"text", "due_at"}:
        draft = drafts.read(user, asked["words"], asked.get("when", ""))
        if draft.question:
            raise Unclear(draft)
        return draft
    if asked.keys() == {"text", "due_at"}:
        _insist_ahead(asked["due_at"])
        return Draft(asked["text"], due_at=asked["due_at"])
    raise Invalid("Send words, with when if needed; or text and due_at.")


def _changed(user: User, public_id: str, asked: dict[str, Any]) -> Reminder:
    row = reminders.get_open(user=user, public_id=public_id)
    if {"when", "due_at"} <= asked.keys():
        raise Invalid("Send when or due_at.")
    if "text" in asked:
        row, _ = reminders.reword(user=user, public_id=public_id, text=asked["text"])
    if "when" in asked:
        draft = drafts.read_move(user, row, asked["when"])
        if draft.question:
            raise Unclear(draft)
        row, _ = drafts.move(user, row, draft)
    if "due_at" in asked:
        _insist_ahead(asked["due_at"])
        row, _ = reminders.move(user=user, public_id=public_id, due_at=asked["due_at"])
    if asked.get("is_done"):
        row, _ = reminders.complete(user=user, public_id=str(row.public_id))
    return row


def _insist_ahead(due_at: Any) -> None:
    if due_at <= timezone.now():
        raise Invalid(phrases.say("past"))


def _scene(user: User) -> dict[str, Any]:
    return {"scene": conversations.aside(user)}


def _shown(user: User, row: Reminder, answer: int = status.HTTP_200_OK) -> Response:
    show = showing.reader(ReminderSerializer, _scene(user))
    return Response(show(row), status=answer)


urlpatterns = [
    path("reminders", Reminders.as_view(), name="reminders"),
    path("reminders/parse", Parse.as_view(), name="reminders_parse"),
    path("reminders/<uuid:public_id>", OneReminder.as_view(), name="reminder"),
    path("reminders/<uuid:public_id>/snooze", Snooze.as_view(), name="snooze"),
]
