"""A change that is held to a version (core/versions.py) of what has none."""

from http import HTTPStatus
from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.core.errors import AppError


class PreconditionFailed(AppError):
    code = "precondition_failed"
    status = HTTPStatus.PRECONDITION_FAILED
    sentence = "This has changed since you read it. Read it again."


class NoVersionNoMatch(BasePermission):
    """`If-Match` of what has no version matches nothing (RFC 9110 §13.1.1), but "*"."""

    def has_permission(self, request: Request, view: Any) -> bool:
        change = getattr(view, (request.method or "").lower(), None)
        is_changed = request.method in ("PATCH", "PUT", "DELETE")
        if is_changed and not getattr(change, "is_guarded", False):
            if request.headers.get("If-Match", "*").strip() != "*":
                raise PreconditionFailed("This has no version that could match.")
        return True
