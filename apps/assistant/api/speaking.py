"""Views that read and say things as the assistant does, in the language of the person."""

from contextlib import ExitStack
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.assistant import phrases


class Speaking(APIView):
    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with ExitStack() as self._language:
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        spoken = phrases.spoken_in(phrases.of(person(request)))
        self._language.enter_context(spoken)


@extend_schema_field({"type": "string", "nullable": True})
class OwnerField(serializers.Field[Any, Any, str | None, Any]):
    """Whose it is: the mail address of another; null for one's own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, owner: Any) -> str | None:
        is_own = owner.pk == self.context["person"].pk
        return None if is_own else owner.email


def person(request: Request) -> User:
    """Who asks. The policy of these views let nobody else through."""
    user: Any = request.user
    return user  # type: ignore[no-any-return]  # its own type knows of nobody
