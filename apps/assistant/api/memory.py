"""What the assistant knows of a person, over the API."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.assistant import memory
from apps.assistant.api.speaking import Speaking, person
from apps.assistant.models import Fact
from apps.core import query
from apps.core.once import once
from apps.core.paging import Newest
from apps.core.serializers import Exact
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, requires, signed_in
from apps.rbac.scopes import Scope

LONGEST = memory.LONGEST + memory.LONGEST_SUBJECT


class FactSerializer(serializers.ModelSerializer[Fact]):
    """`subject` is what it is about ("shoe size"), empty for a sentence that stands by
    itself."""

    id = serializers.UUIDField(source="public_id")
    kind = serializers.CharField()

    class Meta:
        model = Fact
        fields: ClassVar = ["id", "kind", "subject", "text", "created_at", "updated_at"]


class FactTextSerializer(Exact):
    """ "My shoe size is 42" is about the shoe size."""

    text = serializers.CharField(max_length=LONGEST)


class TalkedAboutSerializer(serializers.Serializer[Any]):
    """What a language model is told of earlier conversations; empty where there is no
    such thing."""

    words = serializers.CharField()
    made_at = serializers.DateTimeField(allow_null=True)


class Facts(Speaking, generics.ListAPIView[Fact]):
    policy = about(Permission.FACT_VIEW)
    scope = Scope.MEMORY
    policies: ClassVar = {
        "post": requires(Permission.FACT_ADD),
        "delete": about(Permission.FACT_DELETE),
    }
    serializer_class = FactSerializer
    pagination_class = Newest
    queryset = Fact.objects.none()

    def get_queryset(self) -> Any:
        return memory.matching(
            person(self.request), " ".join(query.words(self.request))
        )

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "search", description="It has all of these words, whole ones."
            )
        ]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The newest first."""
        return super().get(request, *args, **kwargs)

    @once()
    @extend_schema(request=FactTextSerializer, responses={201: FactSerializer})
    def post(self, request: Request) -> Response:
        """Have it known. Of the same subject it takes the place of what was known; 409
        where it is known already."""
        form = FactTextSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row, _ = memory.remember(user=person(request), **form.validated_data)
        return Response(FactSerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="memory_forget_all", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Forget all of it, for good."""
        memory.forget_all(user=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class OneFact(Speaking):
    policy = about(Permission.FACT_VIEW)
    scope = Scope.MEMORY
    policies: ClassVar = {
        "patch": about(Permission.FACT_CHANGE),
        "delete": about(Permission.FACT_DELETE),
    }

    @extend_schema(responses=FactSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """One of them."""
        return Response(FactSerializer(_own(request, public_id)).data)

    @extend_schema(request=FactTextSerializer, responses=FactSerializer)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Say it anew."""
        form = FactTextSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = _own(request, public_id)
        memory.change(row=row, **form.validated_data)
        return Response(FactSerializer(row).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Forget it."""
        memory.forget(row=_own(request, public_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class TalkedAbout(Speaking):
    policy = signed_in
    scope = Scope.MEMORY

    @extend_schema(responses=TalkedAboutSerializer)
    def get(self, request: Request) -> Response:
        """What a language model is told of earlier conversations."""
        row = memory.talked_about(person(request))
        found = row or {"words": "", "made_at": None}
        return Response(TalkedAboutSerializer(found).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Tell it no more of them."""
        memory.forget_talk(user=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _own(request: Request, public_id: UUID) -> Fact:
    return memory.get(user=person(request), public_id=str(public_id))


urlpatterns = [
    path("memory", Facts.as_view(), name="memory"),
    path("memory/talked-about", TalkedAbout.as_view(), name="talked_about"),
    path("memory/<uuid:public_id>", OneFact.as_view(), name="fact"),
]
