"""A call of Mailgun's counts once, and not for ever: it signs a time and a token, not the
text, so whoever saw one could say anything with it.

It tries for eight hours to be heard and does not promise to sign each try anew, so that
long a signature holds; which ones were heard is remembered.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from django.http import HttpRequest
from redis.exceptions import RedisError

from apps.core.errors import Unavailable
from apps.core.redis import connection

_SECONDS = 9 * 3_600
# Clocks differ.
_AHEAD_SECONDS = 300


@contextmanager
def once(provider: str, request: HttpRequest) -> Iterator[bool]:
    """Whether it is to be worked on, which the block does; when that fails it was not
    heard. Raises AnymailWebhookValidationFailure for one that is too old, Unavailable
    while nobody can know."""
    if provider != "mailgun":
        yield True
        return
    signed = _signed(request)
    age = time.time() - float(signed["timestamp"])
    if not -_AHEAD_SECONDS < age < _SECONDS:
        raise AnymailWebhookValidationFailure("It was signed too long ago.")
    mark = f"mailgun:heard:{signed['token'][:100]}"
    try:
        is_new = connection().set(mark, "1", nx=True, ex=_SECONDS + _AHEAD_SECONDS)
    except RedisError:
        raise Unavailable from None
    try:
        yield bool(is_new)
    except BaseException:
        if is_new:
            with suppress(RedisError):
                connection().delete(mark)
        raise


def _signed(request: HttpRequest) -> Any:
    if request.content_type == "application/json":
        return json.loads(request.body)["signature"]
    return request.POST
