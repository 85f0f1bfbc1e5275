"""Texts for operators over the API: found, and followed end to end.

Words stay hidden until they are revealed, for a reason that their person can read.
"""

from typing import Any, ClassVar, TypeVar

from django.db.models import Model
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import paging, query
from apps.core.once import again
from apps.core.paging import Newest
from apps.rbac import audit, operations
from apps.rbac.catalog import Permission
from apps.rbac.declared import at_console
from apps.rbac.operations import reasoned
from apps.sms import journeys, numbers
from apps.sms.models import (
    InboundText,
    Keyword,
    OutboundText,
    Turn,
)
from apps.sms.operators_looks import Reveal, revealed, shown
from apps.sms.operators_serializers import (
    InboundRowSerializer,
    OutboundRowSerializer,
    RevealedInboundSerializer,
    RevealedTextSerializer,
    StepSerializer,
    TurnRowSerializer,
)

M = TypeVar("M", bound=Model)
_KEYWORDS = [each for each in Keyword.values if each]
_DELIVERIES = [each for each in OutboundText.Delivery.values if each]
_SILENCES = [each for each in Turn.Silence.values if each]
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
    def get(self, request: Request, pk: str) -> Response:
        """A text that came, without its words."""
        return shown(request, _row(InboundText, pk), InboundRowSerializer)


class OutboundOne(APIView):
    policy = at_console(Permission.OUTBOUND_VIEW)
    scope = None

    @extend_schema(responses=OutboundRowSerializer)
    def get(self, request: Request, pk: str) -> Response:
        """A text of ours, without its words."""
        return shown(request, _row(OutboundText, pk), OutboundRowSerializer)


class TurnOne(APIView):
    policy = at_console(Permission.TURN_VIEW)
    scope = None

    @extend_schema(responses=TurnRowSerializer)
    def get(self, request: Request, pk: str) -> Response:
        """A turn."""
        return shown(request, _row(Turn, pk), TurnRowSerializer)


class InboundJourney(APIView):
    policy = at_console(Permission.INBOUND_VIEW)
    scope = None

    @extend_schema(responses=StepSerializer(many=True))
    def get(self, request: Request, pk: str) -> Response:
        """Its way end to end, from the carrier's call to the cost; without words."""
        return _followed(request, _row(InboundText, pk))


class OutboundJourney(APIView):
    policy = at_console(Permission.OUTBOUND_VIEW)
    scope = None

    @extend_schema(responses=StepSerializer(many=True))
    def get(self, request: Request, pk: str) -> Response:
        """Its way end to end: what it answers, sending, the carrier's news, cost."""
        return _followed(request, _row(OutboundText, pk))


class TurnJourney(APIView):
    policy = at_console(Permission.TURN_VIEW)
    scope = None

    @extend_schema(responses=StepSerializer(many=True))
    def get(self, request: Request, pk: str) -> Response:
        """Its way end to end."""
        return _followed(request, _row(Turn, pk))


class RevealInbound(Reveal):
    policy = at_console(Permission.INBOUND_REVEAL)

    @again("each look is on record by itself")
    @reasoned(responses=RevealedInboundSerializer)
    def post(self, request: Request, pk: str) -> Response:
        """Its words, this once; their person reads who looked, and why."""
        return revealed(request, _row(InboundText, pk), ("body", "media"))


class RevealOutbound(Reveal):
    policy = at_console(Permission.OUTBOUND_REVEAL)

    @again("each look is on record by itself")
    @reasoned(responses=RevealedTextSerializer)
    def post(self, request: Request, pk: str) -> Response:
        """Its words, this once; their person reads who looked, and why."""
        return revealed(request, _row(OutboundText, pk), ("body",))


def _row(model: type[M], pk: str) -> M:
    """Raises NotFound."""
    rows: Any = model._default_manager.select_related("user")
    found: M = operations.named(rows, pk, "There is none of that id.")
    return found


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
    steps: Any = [step for step in journeys.of(row) if not step.is_offer]
    return paging.whole(StepSerializer(steps, many=True).data)


def _of_texts(kind: str, *views: Any) -> list[Any]:
    many, one, journey = views[:3]
    name, place = f"admin_sms_{kind}", f"admin/sms/{kind}"
    found = [
        path(place, many.as_view(), name=name),
        path(f"{place}/<slug:pk>", one.as_view(), name=f"{name}_one"),
        path(f"{place}/<slug:pk>/journey", journey.as_view(), name=f"{name}_journey"),
    ]
    for reveal in views[3:]:
        found.append(
            path(f"{place}/<slug:pk>/reveal", reveal.as_view(), name=f"{name}_reveal")
        )
    return found


urlpatterns = [
    *_of_texts("inbound", InboundTexts, InboundOne, InboundJourney, RevealInbound),
    *_of_texts("outbound", OutboundTexts, OutboundOne, OutboundJourney, RevealOutbound),
    *_of_texts("turns", Turns, TurnOne, TurnJourney),
]
