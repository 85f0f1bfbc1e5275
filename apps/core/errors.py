"""What can go wrong, in words fit for the person.

Raise the nearest subclass beside the rule it guards. The portal shows the sentence,
the API answers `application/problem+json` (RFC 9457), a text replies with it.
"""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext, gettext_noop


class AppError(Exception):
    """`code` is stable and machine-readable; `sentence` is for people."""

    code = "error"
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    sentence = gettext_noop("Something went wrong on our side.")
    # What a kind of error adds to its problem (RFC 9457 §3.2).
    extra: Mapping[str, Any] = MappingProxyType({})
    # What the answer's `WWW-Authenticate` says (RFC 6750); empty where nothing does.
    challenge = ""

    def __init__(self, sentence: str = "", *, code: str = "") -> None:
        self.sentence = sentence or gettext(self.sentence)
        self.code = code or self.code
        super().__init__(self.sentence)


class Invalid(AppError):
    code = "invalid"
    status = HTTPStatus.BAD_REQUEST
    sentence = gettext_noop("That does not look right.")


class Unauthorized(AppError):
    code = "unauthorized"
    status = HTTPStatus.UNAUTHORIZED
    sentence = gettext_noop("Sign in first.")
    challenge = "Bearer"


class Forbidden(AppError):
    code = "forbidden"
    status = HTTPStatus.FORBIDDEN
    sentence = gettext_noop("You are not allowed to do that.")


class CsrfFailed(Forbidden):
    """A page of another site may have sent it, with the cookie of this one."""

    code = "csrf_failed"
    sentence = gettext_noop(
        "Send X-CSRFToken along, as answers under /api/auth/browser/ have it."
    )


class NotFound(AppError):
    code = "not_found"
    status = HTTPStatus.NOT_FOUND
    sentence = gettext_noop("There is nothing here.")


class Conflict(AppError):
    code = "conflict"
    status = HTTPStatus.CONFLICT
    sentence = gettext_noop("That has changed in the meantime.")


class TooLarge(AppError):
    code = "too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    sentence = gettext_noop("That is too much at once.")


class NotAllowed(AppError):
    code = "method_not_allowed"
    status = HTTPStatus.METHOD_NOT_ALLOWED
    sentence = gettext_noop("This address does not take that method.")


class UnsupportedMedia(AppError):
    code = "unsupported_media_type"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    sentence = gettext_noop("This address takes a form.")


class TooMany(AppError):
    """`retry_after`: seconds until the next try has a chance."""

    code = "too_many"
    status = HTTPStatus.TOO_MANY_REQUESTS
    sentence = gettext_noop("That was too often. Try again later.")

    def __init__(self, sentence: str = "", *, retry_after: int, code: str = "") -> None:
        super().__init__(sentence, code=code)
        self.retry_after = retry_after


class Unavailable(AppError):
    code = "unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    sentence = gettext_noop("This is not available right now. Try again in a minute.")
    # Seconds; nobody knows better.
    retry_after = 60


class OutsideFailure(AppError):
    """Another service failed. `permanent` decides whether a retry has any point."""

    code = "outside_failure"
    status = HTTPStatus.BAD_GATEWAY
    sentence = gettext_noop("Another service did not answer as it should.")

    def __init__(
        self, sentence: str = "", *, permanent: bool = False, code: str = ""
    ) -> None:
        super().__init__(sentence, code=code)
        self.permanent = permanent
