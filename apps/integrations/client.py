"""One call of a provider's API in somebody's name.

    client.of(connection, "calendar.list").get(url, query=…)

The bearer token goes to the provider's own hosts alone. What only reads is asked again
where that may help; what writes is asked again only where the provider can tell that it
is the same (`once`), or has said that it did nothing. Every call is counted.
"""

import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from apps.core import http
from apps.core.errors import AppError, Conflict, NotFound, OutsideFailure, TooMany
from apps.core.http import Answer, AnswerLost, NotReached
from apps.integrations import capability as shelf
from apps.integrations import endpoints, granted, token_endpoint, tokens, usage
from apps.integrations.capability import Capability
from apps.integrations.models import Connection
from apps.integrations.provider import Feature

SECONDS = 10.0
# The first and two more, with a pause between.
TRIES = 3
_PAUSE = 0.4
# Somebody waits for an answer by text.
_LONGEST_PAUSE = timedelta(seconds=5)
# How Google and Microsoft say that the token is good and the scope is not in it.
_NOT_GRANTED = (
    b"insufficientPermissions",
    b"ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    b"ErrorAccessDenied",
)
Query = Mapping[str, str | int | list[str]]


class FeatureOff(Conflict):
    """The connection is there, and this is not switched on, or was not granted."""

    code = "feature_off"


class Busy(TooMany):
    """The provider says that it was asked too often."""

    code = "provider_busy"


class ProviderDown(OutsideFailure):
    code = "provider_down"


class OutcomeUnknown(OutsideFailure):
    """It may have been done. Never asked again by itself."""

    code = "outcome_unknown"


class Refused(OutsideFailure):
    """The provider says that what we ask is wrong."""

    code = "provider_refused"


@dataclass(frozen=True)
class Client:
    """For one capability of one connection."""

    connection: Connection
    capability: Capability

    def get(self, url: str, *, query: Query | None = None, **more: Any) -> Any:
        """What comes back, read as JSON."""
        return self.ask("GET", url, query=query, is_repeatable=True, **more)

    def ask(
        self,
        method: str,
        url: str,
        *,
        query: Query | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        is_repeatable: bool = False,
    ) -> Any:
        """What comes back, read as JSON; None where nothing does.

        Raises what `tokens.bearer` does, FeatureOff, Busy, ProviderDown, OutcomeUnknown,
        NotFound, Conflict, or Refused.
        """
        began = time.monotonic()
        outcome = "ok"
        try:
            return self._asked(method, url, query, body, headers, is_repeatable)
        except AppError as error:
            outcome = error.code
            raise
        finally:
            took = timedelta(seconds=time.monotonic() - began)
            usage.count(self.connection, self.capability, outcome, took)

    def pages(self, url: str, *, query: Query, most: int = 10) -> Iterator[Any]:
        """Answer by answer, by whatever the provider names the next one with."""
        step: tuple[str, Query | None] | None = (url, query)
        for _ in range(most):
            if step is None:
                return
            found = self.get(step[0], query=step[1])
            yield found
            step = self._next(url, query, found)

    def _next(
        self, url: str, query: Query, found: Any
    ) -> tuple[str, Query | None] | None:
        if link := found.get("@odata.nextLink"):
            return str(link), None
        if mark := found.get("nextPageToken"):
            return url, {**query, "pageToken": str(mark)}
        return None

    def _asked(
        self,
        method: str,
        url: str,
        query: Query | None,
        body: Any,
        headers: Mapping[str, str] | None,
        is_repeatable: bool,
    ) -> Any:
        provider = self.connection.declared
        where = self._address(url)
        bearer, is_second = tokens.bearer(self.connection), False
        for attempt in range(1, TRIES + 1):
            is_last = attempt == TRIES
            try:
                answer = http.ask(
                    method,
                    where,
                    headers={
                        **provider.headers,
                        **(headers or {}),
                        "Authorization": f"Bearer {bearer.value}",
                    },
                    query=query,
                    body=body,
                    trusted=endpoints.trusted(provider),
                    seconds=SECONDS,
                )
            except NotReached as error:
                if is_last:
                    raise self._down() from error
                _pause(attempt)
                continue
            except AnswerLost as error:
                if not is_repeatable:
                    raise self._unknown() from error
                if is_last:
                    raise self._down() from error
                _pause(attempt)
                continue
            if answer.status == 401 and not is_second:
                bearer, is_second = tokens.again(self.connection, bearer), True
                continue
            if answer.status == 401:
                tokens.refused(self.connection, bearer)
                self.connection.refresh_from_db()
                raise tokens.NotUsable(self.connection)
            if not _may_help(answer, is_repeatable) or is_last:
                return self._read(answer, is_repeatable)
            wait = token_endpoint.retry_after(answer.headers)
            if wait > _LONGEST_PAUSE:
                return self._read(answer, is_repeatable)
            _pause(attempt, wait)
        raise self._down()

    def _address(self, url: str) -> str:
        """Raises Refused for what is none of this provider's hosts: an answer does not
        choose where the token goes."""
        provider = self.connection.declared
        trusted = endpoints.trusted(provider)
        parts = urlsplit(url)
        if trusted and url.startswith(f"{trusted}/"):
            return url
        if parts.scheme != "https" or parts.netloc not in provider.hosts:
            raise Refused(f"{provider.name} named a strange address.", permanent=True)
        return endpoints.at(provider, url)

    def _read(self, answer: Answer, is_repeatable: bool) -> Any:
        if answer.is_good:
            return answer.json() if answer.content.strip() else None
        name = self.connection.declared.name
        if answer.status == 403 and not _is_quota(answer):
            if any(word in answer.content for word in _NOT_GRANTED):
                granted.lost(self.connection, self._feature())
            raise FeatureOff(
                f"{name} does not allow that for this account. See Connections."
            )
        if answer.status in (403, 429, 529):
            wait = token_endpoint.retry_after(answer.headers)
            raise Busy(
                f"{name} was asked too often. Try again in a while.",
                retry_after=max(1, int(wait.total_seconds())),
            )
        if answer.status in (404, 410):
            raise NotFound(f"{name} does not have that any more.")
        if answer.status in (409, 412):
            raise Conflict(f"That has changed at {name} in the meantime.")
        if answer.status >= 500:
            raise self._down() if is_repeatable else self._unknown()
        raise Refused(f"{name} did not take that.", permanent=True)

    def _feature(self) -> Feature:
        return self.connection.declared.feature(self.capability.feature)

    def _down(self) -> ProviderDown:
        name = self.connection.declared.name
        return ProviderDown(f"{name} does not answer. Try again in a while.")

    def _unknown(self) -> OutcomeUnknown:
        name = self.connection.declared.name
        return OutcomeUnknown(
            f"{name} did not say whether it was done. Look there before you try again.",
            permanent=True,
        )


def of(connection: Connection, name: str) -> Client:
    """Raises NotFound for a capability that its provider has not, FeatureOff for one
    that is not switched on or not granted, and NotUsable."""
    found = shelf.named(connection.provider, name)
    if not connection.is_usable:
        raise tokens.NotUsable(connection)
    provider = connection.declared
    feature = provider.feature(found.feature)
    is_on = feature.id in connection.features
    if not is_on or not granted.allows(provider, granted.of(connection), feature):
        raise FeatureOff(f"“{feature.title}” is not switched on for {provider.name}.")
    return Client(connection, found)


def _may_help(answer: Answer, is_repeatable: bool) -> bool:
    """Whether asking again may end otherwise and does nothing twice. Who says "too often"
    did nothing."""
    if answer.status == 429 or (answer.status == 403 and _is_quota(answer)):
        return True
    return is_repeatable and (answer.status >= 500 or answer.status == 408)


def _is_quota(answer: Answer) -> bool:
    """Google says "too often" with 403 as well."""
    return answer.status == 403 and (
        b"rateLimitExceeded" in answer.content
        or b"RateLimitExceeded" in answer.content
        or b"quotaExceeded" in answer.content
    )


def _pause(attempt: int, at_least: timedelta = timedelta()) -> None:
    wait = _PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)
    time.sleep(max(wait, at_least.total_seconds()))
