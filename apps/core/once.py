"""What is posted again is not done again: `Idempotency-Key`.

Every POST of the API says how it takes being repeated:

    @once()                    sends, charges or creates: with a key it is done once
    @once(shows_secret=True)   the same, and its answer is kept by nobody
    @again("why")              doing it twice is as good as doing it once

A key is good for a day, for one person, method and path. It is claimed in Redis before
anything is done, and what was answered takes the place of the claim, sealed. So it is
never done twice while Redis remembers: a process that dies in between leaves its claim,
and the key says `in_flight` until it is over. What was refused (4xx) or failed (5xx) is
not kept: the key is free again. When Redis is away nothing is done.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from redis.exceptions import RedisError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core import vault
from apps.core.errors import AppError, Conflict, Invalid, Unavailable
from apps.core.logs import logger
from apps.core.redis import connection

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
SECONDS = 24 * 60 * 60
LONGEST = 255
_SHAPE = re.compile(rf"[\x21-\x7e]{{1,{LONGEST}}}")
_PURPOSE = "core.once"

V = TypeVar("V", bound=Callable[..., Any])


class BadKey(Invalid):
    code = "bad_idempotency_key"
    sentence = f"An Idempotency-Key has 1 to {LONGEST} printable characters, no spaces."


class InFlight(Conflict):
    """Also what is said of a request that never came to its end."""

    code = "in_flight"
    sentence = (
        "What was sent first with this key is not done yet. If it stays so, look "
        "whether it was done before you send it with another key."
    )


class ShownOnce(Conflict):
    code = "shown_once"
    sentence = "This was done, and what it answered is shown once."


class KeyReused(AppError):
    code = "key_reused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    sentence = "This key was sent with another body. Take a new one."


@dataclass(frozen=True)
class Repeated:
    """How a POST takes being repeated. `why` it may be done again, if it may."""

    is_once: bool
    shows_secret: bool = False
    why: str = ""


def again(why: str) -> Callable[[V], V]:
    def declare(post: V) -> V:
        post.repeated = Repeated(False, why=why)  # type: ignore[attr-defined]  # see `of`
        return post

    return declare


def once(*, shows_secret: bool = False) -> Callable[[V], V]:
    def declare(post: V) -> V:
        @wraps(post)
        def kept(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
            def act() -> Response:
                found: Response = post(view, request, *args, **kwargs)
                return found

            key = request.headers.get(HEADER)
            return act() if key is None else _once(request, key, act, shows_secret)

        kept.repeated = Repeated(True, shows_secret)  # type: ignore[attr-defined]  # see `of`
        return kept  # type: ignore[return-value]  # takes what `post` takes

    return declare


def of(post: Any) -> Repeated | None:
    """None where nothing is declared."""
    found = getattr(post, "repeated", None)
    return found if isinstance(found, Repeated) else None


def _once(
    request: Request, key: str, act: Callable[[], Response], shows_secret: bool
) -> Response:
    """Raises BadKey, InFlight, KeyReused, ShownOnce or Unavailable, and as `act`."""
    if not _SHAPE.fullmatch(key):
        raise BadKey
    place, said = _place(request, key), _said(request)
    if (earlier := _claim(place, said[0])) is not None:
        return _replayed(earlier, place, said)
    try:
        response = act()
    except Exception:
        _let_go(place)
        raise
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        _let_go(place)
    else:
        _keep(place, said[0], response, shows_secret)
    return response


def _claim(place: str, said: str) -> str | None:
    """What is there already; None where there was nothing, and this is now."""
    try:
        if connection().set(place, said, nx=True, ex=SECONDS):
            return None
        # One that ended a moment ago is looked at as if it had not.
        return str(connection().get(place) or said)
    except RedisError as error:
        raise Unavailable from error


def _replayed(earlier: str, place: str, said: list[str]) -> Response:
    first, _, sealed = earlier.partition(" ")
    if first not in said:
        raise KeyReused
    if not sealed:
        raise InFlight
    kept = json.loads(vault.unseal(sealed, place=place))
    if kept["is_secret"]:
        raise ShownOnce
    return Response(kept["data"], kept["status"], headers={REPLAYED: "true"})


def _keep(place: str, said: str, response: Response, shows_secret: bool) -> None:
    data = (
        None
        if shows_secret
        else json.loads(JSONRenderer().render(response.data) or "null")
    )
    kept = {"is_secret": shows_secret, "status": response.status_code, "data": data}
    sealed = vault.seal(json.dumps(kept), place=place)
    try:
        connection().set(place, f"{said} {sealed}", ex=SECONDS)
    except RedisError:
        # The claim stays: whoever asks again hears that it may have been done.
        logger.warning("answer_not_kept")


def _let_go(place: str) -> None:
    try:
        connection().delete(place)
    except RedisError:
        logger.warning("claim_not_let_go")


def _place(request: Request, key: str) -> str:
    whose = f"{request.user.pk} {request.method} {request.path} {key}"
    return f"once:{hashlib.sha256(whose.encode()).hexdigest()}"


def _said(request: Request) -> list[str]:
    """Of the same body the same, however its names are ordered."""
    body = json.dumps([request.GET.urlencode(), request.data], sort_keys=True)
    return vault.digests(body, purpose=_PURPOSE)
