"""Lists and what stands on them, over the API."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from apps.assistant import lists
from apps.assistant.api.speaking import OwnerField, Speaking, person
from apps.assistant.models import List, ListItem
from apps.core import paging
from apps.core.errors import NotFound
from apps.core.once import again, once
from apps.core.paging import Newest
from apps.core.serializers import Day, Exact
from apps.core.versions import Versioned, guarded, lock, tagged
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, requires
from apps.rbac.scopes import Scope

State = ListItem.State
changing = about(Permission.LIST_CHANGE)


class ListSerializer(serializers.Serializer[Any]):
    """`open`: how much on it is not done."""

    id = serializers.UUIDField(source="row.public_id")
    name = serializers.CharField(source="row.name")
    owner = OwnerField(source="row.user")
    open = serializers.IntegerField()
    created_at = serializers.DateTimeField(source="row.created_at")
    updated_at = serializers.DateTimeField(source="row.updated_at")


class ListNameSerializer(Exact):
    name = serializers.CharField(max_length=lists.LONGEST_NAME)


class ListItemSerializer(serializers.ModelSerializer[ListItem]):
    id = serializers.UUIDField(source="public_id")
    is_done = serializers.SerializerMethodField()

    class Meta:
        model = ListItem
        fields: ClassVar = ["id", "text", "is_done", "due_on", "created_at", "done_at"]

    def get_is_done(self, row: ListItem) -> bool:
        return row.state == State.DONE


class NewItemsSerializer(Exact):
    texts = serializers.ListField(
        child=serializers.CharField(max_length=lists.LONGEST_ITEM), max_length=100
    )
    due_on = Day(required=False)


class ItemChangeSerializer(Exact):
    is_done = serializers.BooleanField()


class Lists(Speaking):
    policy = about(Permission.LIST_VIEW)
    scope = Scope.LISTS
    policies: ClassVar = {"post": requires(Permission.LIST_ADD)}

    @extend_schema(responses=ListSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All of them, by name; there are at most a hundred."""
        found = [_line(row, count) for row, count in lists.every(person(request))]
        context = {"person": person(request)}
        return paging.whole(ListSerializer(found, many=True, context=context).data)

    @once()
    @extend_schema(request=ListNameSerializer, responses={201: ListSerializer})
    def post(self, request: Request) -> Response:
        """Make one. 409 where there is one of that name."""
        form = ListNameSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = lists.make(user=person(request), **form.validated_data)
        return _shown(request, row, status.HTTP_201_CREATED)


class OneList(Speaking, Versioned):
    policy = about(Permission.LIST_VIEW)
    scope = Scope.LISTS
    policies: ClassVar = {
        "patch": changing,
        "delete": about(Permission.LIST_DELETE),
    }

    def hold(self, request: Request, public_id: UUID) -> None:
        lock(_own(request, public_id))

    @tagged
    @extend_schema(responses=ListSerializer)
    def get(self, request: Request, public_id: UUID) -> Response:
        """One of them."""
        return _shown(request, _own(request, public_id))

    @guarded
    @extend_schema(request=ListNameSerializer, responses=ListSerializer)
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Another name."""
        form = ListNameSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = _own(request, public_id)
        with transaction.atomic():
            lists.rename(user=person(request), row=row, **form.validated_data)
        return _shown(request, row)

    @guarded
    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """With all that stands on it."""
        lists.drop(by=person(request), row=_own(request, public_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ItemsOfList(Speaking, generics.ListAPIView[ListItem]):
    policy = about(Permission.LIST_VIEW)
    scope = Scope.LISTS
    policies: ClassVar = {"post": changing}
    serializer_class = ListItemSerializer
    pagination_class = Newest
    queryset = ListItem.objects.none()

    def get_queryset(self) -> Any:
        return _own(self.request, self.kwargs["public_id"]).items.kept()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What stands on it, done or not, the newest first."""
        return super().get(request, *args, **kwargs)

    @once()
    @extend_schema(
        request=NewItemsSerializer, responses={201: ListItemSerializer(many=True)}
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Put things on it; what is open there already is not added again. 409 where
        all of it is."""
        form = NewItemsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = _own(request, public_id)
        made = lists.add(by=person(request), row=row, **form.validated_data)
        found = ListItemSerializer(made, many=True).data
        return paging.whole(found, status.HTTP_201_CREATED)


class OneItem(Speaking):
    policy = changing
    scope = Scope.LISTS

    @extend_schema(request=ItemChangeSerializer, responses=ListItemSerializer)
    def patch(self, request: Request, public_id: UUID, item: UUID) -> Response:
        """Tick it off, or open it again."""
        form = ItemChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = _item(request, public_id, item)
        is_done = form.validated_data["is_done"]
        state = State.DONE if is_done else State.OPEN
        lists.mark(by=person(request), rows=[row], state=state)
        row.refresh_from_db()
        return Response(ListItemSerializer(row).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, public_id: UUID, item: UUID) -> Response:
        """Take it off the list."""
        row = _item(request, public_id, item)
        lists.mark(by=person(request), rows=[row], state=State.DELETED)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ClearDone(Speaking):
    policy = changing
    scope = Scope.LISTS

    @again("what is done is off already")
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Take off what is done."""
        lists.clear_done(by=person(request), row=_own(request, public_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _own(request: Request, public_id: UUID) -> List:
    return lists.get(user=person(request), public_id=str(public_id))


def _item(request: Request, public_id: UUID, item: UUID) -> ListItem:
    row = _own(request, public_id)
    rows = row.items.kept().select_related("list__user")
    if (found := rows.filter(public_id=item).first()) is None:
        raise NotFound
    return found


def _line(row: List, count: int) -> dict[str, Any]:
    return {"row": row, "open": count}


def _shown(request: Request, row: List, answer: int = status.HTTP_200_OK) -> Response:
    line = _line(row, row.items.open().count())
    context = {"person": person(request)}
    return Response(ListSerializer(line, context=context).data, status=answer)


urlpatterns = [
    path("lists", Lists.as_view(), name="lists"),
    path("lists/<uuid:public_id>", OneList.as_view(), name="list"),
    path("lists/<uuid:public_id>/clear", ClearDone.as_view(), name="list_clear"),
    path("lists/<uuid:public_id>/items", ItemsOfList.as_view(), name="list_items"),
    path(
        "lists/<uuid:public_id>/items/<uuid:item>", OneItem.as_view(), name="list_item"
    ),
]
