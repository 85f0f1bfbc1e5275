"""What waits for a yes, and what was said to it, over the API."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.assistant import approvals, performing
from apps.assistant.api.speaking import Speaking, person
from apps.assistant.models import Approval, StandingApproval
from apps.core import query
from apps.core.once import once
from apps.core.paging import Newest
from apps.core.serializers import Choice, Exact
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, signed_in
from apps.rbac.scopes import Scope


class ApprovalSerializer(serializers.ModelSerializer[Approval]):
    """`code` is how it is named by text; `about` is whom `always` would be about, empty
    where there is no such thing. `decision`: yes, no, expired or empty. `outcome`: what
    became of it, in words; empty while it waits or is being done."""

    id = serializers.UUIDField(source="public_id")
    decision = serializers.CharField()
    tool = serializers.CharField(source="call.tool")
    outcome = serializers.CharField(source="call.receipt")

    class Meta:
        model = Approval
        fields: ClassVar = [
            "id",
            "code",
            "tool",
            "sentence",
            "about",
            "asked_at",
            "expires_at",
            "decision",
            "decided_at",
            "outcome",
        ]

    def to_representation(self, instance: Approval) -> Any:
        found = super().to_representation(instance)
        # Until it is decided the receipt is the question.
        is_over = instance.call.state in instance.call.ENDED
        return found if is_over else {**found, "outcome": ""}


class AnswerSerializer(Exact):
    decision = Choice(choices=["yes", "no", "always"])


class StandingApprovalSerializer(serializers.ModelSerializer[StandingApproval]):
    id = serializers.UUIDField(source="public_id")

    class Meta:
        model = StandingApproval
        fields: ClassVar = ["id", "tool", "about", "given_at"]


_STATES = ("open", "decided")


class Approvals(Speaking, generics.ListAPIView[Approval]):
    policy = about(Permission.APPROVAL_VIEW)
    scope = Scope.APPROVALS
    serializer_class = ApprovalSerializer
    pagination_class = Newest
    queryset = Approval.objects.none()

    def get_queryset(self) -> Any:
        own = Approval.objects.owned_by(self.request.user).select_related("call")
        is_open = query.one_of(self.request, "state", _STATES, "open") == "open"
        return own.open(timezone.now()) if is_open else own.exclude(decision="")

    @extend_schema(parameters=[OpenApiParameter("state", enum=_STATES, default="open")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What waits, or what was decided; the newest first."""
        return super().get(request, *args, **kwargs)


class OneApproval(Speaking):
    policy = about(Permission.APPROVAL_VIEW)
    scope = Scope.APPROVALS

    @extend_schema(responses=ApprovalSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """How it stands, and what became of it."""
        return Response(ApprovalSerializer(_own(request, public_id)).data)


class Decide(Speaking):
    policy = signed_in
    scope = None

    @once()
    @extend_schema(request=AnswerSerializer, responses={202: ApprovalSerializer})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Say yes, no or always. A yes is carried out after this answer: read the
        approval until it has an `outcome`. 409 where it was decided, or is too late."""
        form = AnswerSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = _own(request, public_id)
        answer = form.validated_data["decision"]
        row = performing.decide(
            user=person(request),
            row=row,
            is_yes=answer != "no",
            always=answer == "always",
            via=Approval.Via.API,
        )
        found = ApprovalSerializer(row).data
        return Response(found, status=status.HTTP_202_ACCEPTED)


class StandingApprovals(Speaking, generics.ListAPIView[StandingApproval]):
    """What is not asked about any more, the newest first."""

    policy = signed_in
    scope = Scope.APPROVALS
    serializer_class = StandingApprovalSerializer
    pagination_class = Newest
    queryset = StandingApproval.objects.none()

    def get_queryset(self) -> Any:
        return approvals.standing(person(self.request))


class OneStandingApproval(Speaking):
    policy = signed_in
    scope = None

    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Be asked again."""
        approvals.withdraw(user=person(request), public_id=str(public_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _own(request: Request, public_id: UUID) -> Approval:
    return approvals.get(user=person(request), public_id=str(public_id))


urlpatterns = [
    path("approvals", Approvals.as_view(), name="approvals"),
    path("approvals/standing", StandingApprovals.as_view(), name="standing"),
    path(
        "approvals/standing/<uuid:public_id>",
        OneStandingApproval.as_view(),
        name="standing_one",
    ),
    path("approvals/<uuid:public_id>", OneApproval.as_view(), name="approval"),
    path("approvals/<uuid:public_id>/decide", Decide.as_view(), name="decide"),
]
