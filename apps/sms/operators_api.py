"""Texts and phones for operators over the API: found, followed end to end, played again.

Words stay hidden until they are revealed, for a reason that their person can read.
"""

from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db.models import Model
from django.urls import path
from django.utils.cache import add_never_cache_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import query
from apps.core.errors import NotFound
from apps.core.once import again
from apps.core.paging import Newest, Ordered
from apps.core.vault import Unreadable
from apps.rbac import audit, looks, operations
from apps.rbac.catalog import Permission
from apps.rbac.declared import at_console
from apps.rbac.operations import reasoned
from apps.sms import journal, journeys, numbers
from apps.sms.models import (
    InboundText,
    Keyword,
    OutboundText,
    PhoneNumber,
    Turn,
    WebhookCall,
)
from apps.sms.operators_serializers import (
    CallRowSerializer,
    CallSerializer,
    InboundRowSerializer,
    OnePhoneOfPersonSerializer,
    OutboundRowSerializer,
    PhoneOfPersonSerializer,
    ReplayedSerializer,
    RevealedCallSerializer,
    RevealedTextSerializer,
    StepSerializer,
    TurnRowSerializer,
)

M = TypeVar("M", bound=Model)
_KEYWORDS = [each for each in Keyword.values if each]
_DELIVERIES = [each for each in OutboundText.Delivery.values if each]
_SILENCES = [each for each in Turn.Silence.values if each]
_LARGEST = 2**63 - 1
SEARCH = OpenApiParameter(
    "search",
    description="A MessageSid, a number or a request id, whole; or the beginning of an"
    " address, the whole of it for who may not see addresses.",
)
PERSON = OpenApiParameter("person", OpenApiTypes.UUID, description="Whose.")
AFTER = OpenApiParameter("after", OpenApiTypes.DATETIME)
BEFORE = OpenApiParameter("before", OpenApiTypes.DATETIME)


class _Rows(generics.ListAPIView[Any]):
    """The newest first, with numbers masked; of somebody, who is told that somebody
    looked."""

    scope = None
    pagination_class = Newest
    rows: ClassVar[Any]
    at: ClassVar[str]
    whole: ClassVar[tuple[str, ...]] = ("number", "request_id")

    def narrowed(self, rows: Any) -> Any:
        return rows

    def get_queryset(self) -> Any:
        asked: Any = self.request
        rows: Any = self.rows.objects.select_related("user")
        rows = operations.of_person(asked, rows, "user")
        rows = operations.searched(asked, rows, whole=self.whole, person="user")
        if after := query.moment(asked, "after"):
            rows = rows.filter(**{f"{self.at}__gte": after})
        if before := query.moment(asked, "before"):
            rows = rows.filter(**{f"{self.at}__lt": before})
        return self.narrowed(rows)


class InboundTexts(_Rows):
    policy = at_console(Permission.INBOUND_VIEW)
    serializer_class = InboundRowSerializer
    rows, queryset = InboundText, InboundText.objects.none()
    at = "received_at"
    whole = ("sid", "number", "request_id")

    @extend_schema(
        parameters=[
            SEARCH,
            PERSON,
            AFTER,
            BEFORE,
            OpenApiParameter("keyword", enum=_KEYWORDS),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Texts that came, the newest first."""
        return super().get(request, *args, **kwargs)

    def narrowed(self, rows: Any) -> Any:
        wanted = query.one_of(self.request, "keyword", _KEYWORDS)
        return rows.filter(keyword=wanted) if wanted else rows


class OutboundTexts(_Rows):
    policy = at_console(Permission.OUTBOUND_VIEW)
    serializer_class = OutboundRowSerializer
    rows, queryset = OutboundText, OutboundText.objects.none()
    at = "created_at"
    whole = ("provider_sid", "number", "request_id")

    @extend_schema(
        parameters=[
            SEARCH,
            PERSON,
            AFTER,
            BEFORE,
            OpenApiParameter("state", enum=OutboundText.State.values),
            OpenApiParameter("delivery", enum=_DELIVERIES),
            OpenApiParameter("kind", enum=OutboundText.Kind.values),
            OpenApiParameter(
                "failed", enum=["yes"], description="Not sent, or not delivered."
            ),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Texts of ours, the newest first, and what became of them."""
        return super().get(request, *args, **kwargs)

    def narrowed(self, rows: Any) -> Any:
        for name, choices in (
            ("state", OutboundText.State.values),
            ("delivery", _DELIVERIES),
            ("kind", OutboundText.Kind.values),
        ):
            if wanted := query.one_of(self.request, name, choices):
                rows = rows.filter(**{name: wanted})
        if query.one_of(self.request, "failed", ["yes"]):
            rows = rows.failed()
        return rows


class Turns(_Rows):
    policy = at_console(Permission.TURN_VIEW)
    serializer_class = TurnRowSerializer
    rows, queryset = Turn, Turn.objects.none()
    at = "started_at"

    @extend_schema(
        parameters=[
            SEARCH,
            PERSON,
            AFTER,
            BEFORE,
            OpenApiParameter("silence", enum=_SILENCES),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Turns of the conversation, the newest first: texts that were answered
        together."""
        return super().get(request, *args, **kwargs)

    def narrowed(self, rows: Any) -> Any:
        wanted = query.one_of(self.request, "silence", _SILENCES)
        return rows.filter(silence=wanted) if wanted else rows


class InboundOne(APIView):
    policy = at_console(Permission.INBOUND_VIEW)
    scope = None

    @extend_schema(responses=InboundRowSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A text that came, without its words."""
        return _shown(request, _row(InboundText, pk), InboundRowSerializer)


class OutboundOne(APIView):
    policy = at_console(Permission.OUTBOUND_VIEW)
    scope = None

    @extend_schema(responses=OutboundRowSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A text of ours, without its words."""
        return _shown(request, _row(OutboundText, pk), OutboundRowSerializer)


class TurnOne(APIView):
    policy = at_console(Permission.TURN_VIEW)
    scope = None

    @extend_schema(responses=TurnRowSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A turn."""
        return _shown(request, _row(Turn, pk), TurnRowSerializer)


class InboundJourney(APIView):
    policy = at_console(Permission.INBOUND_VIEW)
    scope = None

    @extend_schema(responses=StepSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Its way end to end, from the carrier's call to the cost; without words."""
        return _followed(request, _row(InboundText, pk))


class OutboundJourney(APIView):
    policy = at_console(Permission.OUTBOUND_VIEW)
    scope = None

    @extend_schema(responses=StepSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Its way end to end: what it answers, sending, the carrier's news, cost."""
        return _followed(request, _row(OutboundText, pk))


class TurnJourney(APIView):
    policy = at_console(Permission.TURN_VIEW)
    scope = None

    @extend_schema(responses=StepSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Its way end to end."""
        return _followed(request, _row(Turn, pk))


class _Reveal(APIView):
    scope = None

    def finalize_response(self, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(*args, **kwargs)
        add_never_cache_headers(response)
        return response


class RevealInbound(_Reveal):
    policy = at_console(Permission.INBOUND_REVEAL)

    @again("each look is on record by itself")
    @reasoned(responses=RevealedTextSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Its words, this once; their person reads who looked, and why."""
        return _revealed(request, _row(InboundText, pk), ("body", "media"))


class RevealOutbound(_Reveal):
    policy = at_console(Permission.OUTBOUND_REVEAL)

    @again("each look is on record by itself")
    @reasoned(responses=RevealedTextSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Its words, this once; their person reads who looked, and why."""
        return _revealed(request, _row(OutboundText, pk), ("body",))


class Calls(generics.ListAPIView[WebhookCall]):
    policy = at_console(Permission.CALL_VIEW)
    scope = None
    serializer_class = CallRowSerializer
    pagination_class = Ordered
    orderings: ClassVar = {"-called_at": ("-called_at", "-id")}
    queryset = WebhookCall.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter("search", description="A MessageSid or a request id."),
            OpenApiParameter("via", enum=WebhookCall.Via.values),
            OpenApiParameter("outcome", enum=WebhookCall.Outcome.values),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Proven calls of the carrier, the newest first."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        rows: Any = WebhookCall.objects.all()
        rows = operations.searched(self.request, rows, whole=("sid", "request_id"))
        if via := query.one_of(self.request, "via", WebhookCall.Via.values):
            rows = rows.filter(via=via)
        known = WebhookCall.Outcome.values
        if outcome := query.one_of(self.request, "outcome", known):
            rows = rows.filter(outcome=outcome)
        return rows


class Call(APIView):
    policy = at_console(Permission.CALL_VIEW)
    scope = None

    @extend_schema(responses=CallSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """What was posted, without the words and numbers of people."""
        return Response(CallSerializer(_call(public_id)).data)


class RevealCall(_Reveal):
    policy = at_console(Permission.CALL_REVEAL)

    @again("each look is on record by itself")
    @reasoned(responses=RevealedCallSerializer)
    def post(self, request: Request, public_id: UUID) -> Response:
        """All that was posted, this once; whose text it is about reads who looked."""
        call = _call(public_id)
        try:
            return _revealed(request, call, ("form",), journal.person_of(call))
        except Unreadable:
            raise NotFound("The key it was sealed under is gone.") from None


class Replay(APIView):
    policy = at_console(Permission.CALL_REPLAY)
    scope = None

    @again("what is known already changes nothing")
    @reasoned(responses=ReplayedSerializer)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Play it again: it goes the way it went the first time, and what was lost is
        taken now."""
        call, user = _call(public_id), request.user
        outcome = operations.act(
            request,
            lambda reason: journal.replay(by=user, call=call, words=reason),
            obj=call,
            person=journal.person_of(call),
        )
        return Response({"outcome": outcome})


class Phones(generics.ListAPIView[PhoneNumber]):
    policy = at_console(Permission.NUMBER_VIEW)
    scope = None
    serializer_class = PhoneOfPersonSerializer
    pagination_class = Newest
    queryset = PhoneNumber.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "search",
                description="A whole number, or the beginning of an address, the whole"
                " of it for who may not see addresses.",
            ),
            OpenApiParameter("status", enum=PhoneNumber.Status.values),
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Phones on anybody's list, the newest first, masked."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        rows: Any = PhoneNumber.objects.select_related("user")
        rows = operations.searched(self.request, rows, whole=("e164",), person="user")
        wanted = query.one_of(self.request, "status", PhoneNumber.Status.values)
        return rows.filter(status=wanted) if wanted else rows


class PhonesOfPerson(APIView):
    policy = at_console(Permission.NUMBER_VIEW)
    scope = None

    @extend_schema(responses=PhoneOfPersonSerializer(many=True))
    def get(self, request: Request, public_id: UUID) -> Response:
        """All on their list, and those that were, masked."""
        query.refuse(request, "limit", "search")
        person = operations.person(public_id)
        looks.record_of(PhoneNumber, by=request.user, person=person)
        rows = PhoneNumber.objects.filter(user=person).select_related("user")
        shown = PhoneOfPersonSerializer(rows.order_by("-id")[:500], many=True)
        return Response(shown.data)


class PhoneOfPerson(APIView):
    policy = at_console(Permission.NUMBER_VIEW)
    scope = None

    @extend_schema(responses=OnePhoneOfPersonSerializer)
    def get(self, request: Request, public_id: UUID, phone_id: UUID) -> Response:
        """One of them, with what stands in its way and what happened to it."""
        rows = PhoneNumber.objects.select_related("user")
        phone = rows.filter(user__public_id=public_id, public_id=phone_id).first()
        if phone is None:
            raise NotFound("They have no such phone.")
        return _shown(request, phone, OnePhoneOfPersonSerializer)


def _row(model: type[M], pk: int) -> M:
    """Raises NotFound."""
    rows = model._default_manager.select_related("user")
    found = rows.filter(pk=pk).first() if pk <= _LARGEST else None
    if found is None:
        raise NotFound("There is none of that number.")
    return found


def _call(public_id: UUID) -> WebhookCall:
    found = WebhookCall.objects.filter(pk=public_id).first()
    if found is None:
        raise NotFound("There is no such call.")
    return found


def _shown(request: Request, row: Any, kind: Any) -> Response:
    context = operations.looked_at(request, row, person=numbers.whose(row))
    return Response(kind(row, context=context).data)


def _followed(request: Request, row: Any) -> Response:
    # Like a look at the row itself: its person can see who looked.
    audit.decided(
        f"{row._meta.label_lower}.view",
        allowed=True,
        actor=request.user,
        subject=numbers.whose(row),
        obj=row,
        now=True,
    )
    steps: Any = journeys.of(row)
    return Response(StepSerializer(steps, many=True).data)


def _revealed(
    request: Request, row: Any, names: tuple[str, ...], person: Any = None
) -> Response:
    whose, user = person or numbers.whose(row), request.user
    found = operations.act(
        request,
        lambda reason: looks.reveal(row, names, by=user, person=whose, reason=reason),
        obj=row,
        person=whose,
    )
    return Response(found)


def _of_texts(kind: str, *views: Any) -> list[Any]:
    many, one, journey = views[:3]
    name, place = f"admin_sms_{kind}", f"admin/sms/{kind}"
    found = [
        path(place, many.as_view(), name=name),
        path(f"{place}/<int:pk>", one.as_view(), name=f"{name}_one"),
        path(f"{place}/<int:pk>/journey", journey.as_view(), name=f"{name}_journey"),
    ]
    for reveal in views[3:]:
        found.append(
            path(f"{place}/<int:pk>/reveal", reveal.as_view(), name=f"{name}_reveal")
        )
    return found


_CALL = "admin/sms/calls/<uuid:public_id>"
_PERSON = "admin/users/<uuid:public_id>"
urlpatterns = [
    *_of_texts("inbound", InboundTexts, InboundOne, InboundJourney, RevealInbound),
    *_of_texts("outbound", OutboundTexts, OutboundOne, OutboundJourney, RevealOutbound),
    *_of_texts("turns", Turns, TurnOne, TurnJourney),
    path("admin/sms/calls", Calls.as_view(), name="admin_sms_calls"),
    path(_CALL, Call.as_view(), name="admin_sms_call"),
    path(f"{_CALL}/reveal", RevealCall.as_view(), name="admin_sms_call_reveal"),
    path(f"{_CALL}/replay", Replay.as_view(), name="admin_sms_call_replay"),
    path("admin/phones", Phones.as_view(), name="admin_phones"),
    path(f"{_PERSON}/phones", PhonesOfPerson.as_view(), name="admin_user_phones"),
    path(
        f"{_PERSON}/phones/<uuid:phone_id>",
        PhoneOfPerson.as_view(),
        name="admin_user_phone",
    ),
]
