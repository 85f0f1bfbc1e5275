"""One token renewed at its provider, and what its answer means (RFC 6749 §5.2, §6).

Nothing here touches the database. No answer is quoted: it may hold a token.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from django.utils import timezone

from apps.core import http
from apps.core.errors import OutsideFailure
from apps.core.http import Answer, AnswerLost, NotReached
from apps.integrations import endpoints, handshake
from apps.integrations.models.token import Secrets
from apps.integrations.provider import Provider, Wire

SECONDS = 10.0
# A provider that asks for more patience than a day is believed for a day.
_LONGEST_WAIT = timedelta(days=1)


class Verdict(StrEnum):
    RENEWED = "renewed"
    # The grant is dead: the person has to connect once more.
    REFUSED = "refused"
    # It lives, and the provider wants to see its person.
    AGAIN = "again"
    # Our client id, secret or address: nobody's fault but ours.
    OURS = "client_error"
    # Not now.
    TRANSIENT = "transient"
    # An answer that is none. What we have stays as it is.
    PROTOCOL = "protocol"
    # It may have renewed the token and told nobody.
    LOST = "lost_response"


_AGAIN = frozenset(
    {
        "interaction_required",
        "consent_required",
        "login_required",
        "basic_action",
        "additional_action",
        "invalid_rapt",
        "rapt_required",
    }
)
_OURS = frozenset(
    {
        "invalid_client",
        "unauthorized_client",
        "redirect_uri_mismatch",
        "unsupported_grant_type",
        "invalid_request",
        "invalid_scope",
    }
)


@dataclass(frozen=True)
class Renewal:
    verdict: Verdict
    # The provider's own word, where it is one of those we know.
    code: str = ""
    secrets: Secrets | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    # What it says of scopes, if anything.
    scope: str | None = None
    # Not before this.
    wait: timedelta = timedelta()
    took: timedelta = timedelta()


def renew(provider: Provider, secrets: Secrets) -> Renewal:
    """A new access token for a refresh token.

    Asked once more, at once, where the answer was lost: whoever rotates with a grace, or
    not at all, gives the same answer again.
    """
    began = time.monotonic()
    found = _asked(provider, secrets)
    if found.verdict == Verdict.LOST:
        second = _asked(provider, secrets)
        if second.verdict == Verdict.REFUSED:
            # Not the person's doing, and the end of it all the same.
            second = Renewal(Verdict.REFUSED, code="lost_response")
        found = second
    took = timedelta(seconds=time.monotonic() - began)
    return Renewal(**{**vars(found), "took": took})


def revoke(provider: Provider, secrets: Secrets) -> str:
    """Take the grant back at the provider (RFC 7009); "revoked", "gone" for one that was
    dead already, or "failed". Never raises."""
    token = secrets.refresh or secrets.access
    try:
        url = endpoints.at(provider, provider.revoke_url)
        answer = _sent(provider, url, {"token": token})
    except OutsideFailure:
        return "failed"
    if answer.is_good:
        return "revoked"
    return "gone" if answer.status in (400, 401, 404) else "failed"


def _asked(provider: Provider, secrets: Secrets) -> Renewal:
    fields = {"grant_type": "refresh_token", "refresh_token": secrets.refresh}
    try:
        answer = _sent(provider, endpoints.token(provider), fields)
    except NotReached:
        return Renewal(Verdict.TRANSIENT, code="not_reached")
    except AnswerLost:
        return Renewal(Verdict.LOST)
    except OutsideFailure:
        return Renewal(Verdict.PROTOCOL, code="too_large")
    return read(provider, answer, secrets)


def _sent(provider: Provider, url: str, fields: Mapping[str, str]) -> Answer:
    client = endpoints.client(provider)
    trusted = endpoints.trusted(provider)
    if provider.wire == Wire.BASIC_JSON:
        return http.ask(
            "POST",
            url,
            headers=provider.headers,
            body=dict(fields),
            credentials=(client.id, client.secret),
            trusted=trusted,
            seconds=SECONDS,
        )
    return http.ask(
        "POST",
        url,
        headers=provider.headers,
        form={**fields, "client_id": client.id, "client_secret": client.secret},
        trusted=trusted,
        seconds=SECONDS,
    )


def read(provider: Provider, answer: Answer, had: Secrets) -> Renewal:
    """What an answer of the token endpoint means."""
    told = _told(answer)
    if answer.status in (408, 425, 429) or answer.status >= 500:
        wait = retry_after(answer.headers)
        return Renewal(Verdict.TRANSIENT, code=str(answer.status), wait=wait)
    if not answer.is_good:
        return _refusal(answer, told)
    try:
        expires_at = handshake.expiry(told, timezone.now())
    except (TypeError, ValueError):
        return Renewal(Verdict.PROTOCOL, code="expires_in")
    try:
        secrets = handshake.secrets(told, had.refresh)
    except ValueError:
        return Renewal(Verdict.PROTOCOL, code="no_token")
    scope = told.get("scope")
    return Renewal(
        Verdict.RENEWED,
        secrets=secrets,
        expires_at=expires_at,
        scope=scope if isinstance(scope, str) else None,
    )


def _refusal(answer: Answer, told: Mapping[str, Any]) -> Renewal:
    # Notion says `code` where the standard says `error`.
    code = told.get("error") if isinstance(told.get("error"), str) else told.get("code")
    more = {told.get("suberror"), told.get("error_subtype"), code}
    if more & _AGAIN:
        return Renewal(Verdict.AGAIN, code=str(next(iter(more & _AGAIN))))
    if code == "invalid_grant":
        return Renewal(Verdict.REFUSED, code="invalid_grant")
    if code in _OURS or answer.status == 401:
        return Renewal(Verdict.OURS, code=str(code) if code in _OURS else "401")
    return Renewal(Verdict.PROTOCOL, code=str(answer.status))


def _told(answer: Answer) -> Mapping[str, Any]:
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def retry_after(headers: Mapping[str, str]) -> timedelta:
    """Of `Retry-After` (RFC 9110 §10.2.3), seconds or a date; nothing where it cannot be
    read."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return min(timedelta(seconds=int(said[:6])), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return timedelta()
    if until.tzinfo is None:
        return timedelta()
    return min(max(timedelta(), until - timezone.now()), _LONGEST_WAIT)
