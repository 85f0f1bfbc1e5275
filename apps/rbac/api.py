"""REST framework asks the same policy, and refuses what declares none."""

from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.core.errors import Unavailable
from apps.core.logs import logger
from apps.core.redis import connection
from apps.rbac import policy, scopes, verdicts
from apps.rbac.catalog import Permission
from apps.rbac.declared import RECORD_ENTERING_EVERY, Policy, of_class

if TYPE_CHECKING:
    # Its settings name this module, so it cannot be imported while it starts.
    from rest_framework.views import APIView


class PolicyPermission(BasePermission):
    """`policy` on the view, or `policies` by action or method, else nobody.

    Rows are judged by the same permission: a row that a person may not see is not
    there for them, so a view starts from `policy.scope`.
    """

    judges_policies = True

    def has_permission(self, request: Request, view: "APIView") -> bool:
        declared = _declared(request, view)
        if declared is None:
            logger.error("view_without_policy", view=type(view).__name__)
            return False
        if declared.is_in_person and getattr(request._request, "actor", None):
            # Somebody stands in for them, and was refused before this
            # (accounts/standing_in.py); here for whoever calls a view on another way.
            return False
        again = declared.is_at_console and _entered_lately(request)
        if not declared.judge(request.user, again=again):
            return False
        if request.method not in view.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        # A personal token (accounts/personal_tokens.py); a sign-in has none.
        held = getattr(request.auth, "scopes", None)
        if held is not None:
            scopes.insist(held, view, str(request.method))
        if (step_up := declared.step_up(request._request)) is not None:
            raise step_up
        return True

    def has_object_permission(
        self, request: Request, view: "APIView", obj: Any
    ) -> bool:
        declared = _declared(request, view)
        if declared is None:
            return False
        action = declared.row_permission
        return not action or bool(verdicts.reached(request.user, action, obj))


def _entered_lately(request: Request) -> bool:
    """Whether their entering the console is on record: once a sign-in and hour, as of its
    pages. Raises Unavailable."""
    if not policy.can(request.user, Permission.CONSOLE_ENTER):
        return False
    sign_in = getattr(request._request, "sign_in", None)
    mark = f"console_entered:{request.user.pk}:{sign_in.pk if sign_in else ''}"
    seconds = int(RECORD_ENTERING_EVERY.total_seconds())
    try:
        return not connection().set(mark, "1", nx=True, ex=seconds)
    except RedisError as error:
        raise Unavailable from error


def _declared(request: Request, view: "APIView") -> Policy | None:
    key = getattr(view, "action", None) or (request.method or "").lower()
    return of_class(view, key)
