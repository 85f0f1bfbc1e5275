"""One call of a provider's API in somebody's name.

    client.of(connection, "calendar.list").call(query=…)

The bearer token goes to the provider's own hosts alone. What can be asked for twice is
asked again where that may help; the rest only where the provider has said that it did
nothing. Every call is counted.
"""

import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from django.db import transaction
from django.utils.translation import gettext

from apps.core import http
from apps.core.errors import AppError, Conflict, NotFound, OutsideFailure, Unavailable
from apps.core.http import Answer, AnswerLost, NotReached
from apps.core.logs import logger
from apps.integrations import (
    breaker,
)
from apps.integrations import capability as shelf
from apps.integrations import (
    endpoints,
    granted,
    history,
    plain_text,
    token_endpoint,
    tokens,
    usage,
)
from apps.integrations.answers import (
    NOT_GRANTED,
    OURS,
    TOO_OFTEN,
    USED_UP,
    Busy,
    FeatureOff,
    NotThere,
    OutcomeUnknown,
    ProviderDown,
    Refused,
    Thing,
    Unreadable,
    UsedUp,
    is_trouble,
    reasons_of,
    things,
    told,
)
from apps.integrations.capability import Capability
from apps.integrations.models import Connection

Query = Mapping[str, str | int | list[str]]

SECONDS = 10.0
# The first and two more, with a pause between. Somebody waits for an answer by text: no
# pause is longer than this, and none begins after so long.
TRIES = 3
_PAUSE = 0.4
_LONGEST_PAUSE = timedelta(seconds=5)
_PATIENCE = 25.0
# What to tell somebody where the provider does not say how long to wait.
_A_WHILE = timedelta(minutes=1)


@dataclass(frozen=True)
class Client:
    """For one capability of one connection."""

    connection: Connection
    capability: Capability

    def call(
        self,
        *,
        steps: Mapping[str, str] | None = None,
        query: Query | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Thing:
        """What comes back; empty where nothing does. Not inside a transaction: nobody's
        rows are locked while somebody outside is waited for.

        Raises what `tokens.bearer` does, FeatureOff, Busy, ProviderDown, OutcomeUnknown,
        NotFound, Conflict, Refused, or Unavailable where it is our own fault.
        """
        return self._counted(self._url(steps or {}), query, body, headers)

    def pages(
        self,
        *,
        steps: Mapping[str, str] | None = None,
        query: Query | None = None,
        body: Thing | None = None,
        headers: Mapping[str, str] | None = None,
        most: int = 10,
    ) -> Iterator[Thing]:
        """Answer by answer, by whatever the provider names the next one with. The
        headers go along each time."""
        url, own = self._url(steps or {}), query
        for _ in range(most):
            found = self._counted(url, query, body, headers)
            yield found
            if link := found.get("@odata.nextLink"):
                url, query = str(link), None
            elif mark := found.get("nextPageToken"):
                query = {**(own or {}), "pageToken": str(mark)}
            elif mark := found.get("next_cursor"):
                if body is None:
                    query = {**(own or {}), "start_cursor": str(mark)}
                else:
                    body = {**body, "start_cursor": str(mark)}
            else:
                return

    def listed(self, told: Thing, name: str) -> list[Thing]:
        """What stands under a name of an answer, where it stands at all.

        Raises what `odd` makes for what is no list, or of which nothing can be read:
        that would be told as "there is nothing"."""
        found = told.get(name)
        rows = things(found)
        if found is not None and (not isinstance(found, list) or (found and not rows)):
            raise self.odd()
        return rows

    def odd(self) -> AppError:
        """What came back says nothing that can be used. What was to be written may have
        been."""
        if self.capability.is_write:
            return self._unknown()
        words = self._said(gettext("%(name)s answered what cannot be."))
        return Refused(words, permanent=True)

    def _counted(
        self,
        url: str,
        query: Query | None,
        body: Any,
        headers: Mapping[str, str] | None,
    ) -> Thing:
        with transaction.atomic(durable=True):
            pass  # raises inside of another one
        plain_text.insist_on([query, body])
        # Without a token nobody is asked, and that is no call.
        bearer = tokens.bearer(self.connection)
        began, outcome = time.monotonic(), "error"
        try:
            found = self._asked(self._address(url), query, body, headers or {}, bearer)
            outcome = "ok"
            return found
        except AppError as error:
            outcome = error.code
            raise
        finally:
            took = timedelta(seconds=time.monotonic() - began)
            usage.count(self.connection, self.capability, outcome, took)

    def _asked(
        self,
        where: str,
        query: Query | None,
        body: Any,
        headers: Mapping[str, str],
        bearer: tokens.Bearer,
    ) -> Thing:
        until = time.monotonic() + _PATIENCE
        is_renewed, was_reached, was_lost = False, False, False
        for attempt in range(1, TRIES + 1):
            wait = timedelta()
            try:
                answer = self._sent(where, query, body, headers, bearer)
                was_reached = True
                if answer.status == 401 and not is_renewed:
                    bearer, is_renewed = tokens.again(self.connection, bearer), True
                    answer = self._sent(where, query, body, headers, bearer)
                if answer.is_good:
                    return told(answer)
                if was_lost and self._is_gone(answer):
                    return {}
                if answer.status == 401:
                    raise self._not_known(bearer)
                failure = self._failure(answer)
                if not self._may_help(answer, failure):
                    raise failure
                wait = token_endpoint.retry_after(answer.headers)
            except NotReached:
                down = self._down()
                failure = down if was_reached else NotThere(down.sentence)
            except (AnswerLost, Unreadable):
                was_reached, was_lost, failure = True, True, self._lost()
                if not self.capability.is_repeatable:
                    raise failure from None
            is_last = attempt == TRIES or time.monotonic() > until
            if is_last or wait > _LONGEST_PAUSE:
                raise failure
            _pause(attempt, wait)
        raise AssertionError("the last try raises")

    def _sent(
        self,
        where: str,
        query: Query | None,
        body: Any,
        headers: Mapping[str, str],
        bearer: tokens.Bearer,
    ) -> Answer:
        provider = self.connection.declared
        try:
            return http.ask(
                self.capability.method,
                where,
                headers={
                    **provider.headers,
                    **headers,
                    "Authorization": f"Bearer {bearer.value}",
                },
                query=query,
                body=body,
                trusted=endpoints.trusted(provider),
                seconds=SECONDS,
            )
        except (NotReached, AnswerLost):
            raise
        except OutsideFailure as error:
            if error.code != "too_large":  # it stands inside of our own network
                raise self._down() from None
            if not self.capability.is_repeatable:
                raise self._unknown() from None
            words = self._said(gettext("%(name)s answered more than we can take."))
            raise Refused(words, permanent=True, code="too_large") from None

    def _url(self, steps: Mapping[str, str]) -> str:
        return self.capability.url.format_map(
            {name: _step(value) for name, value in steps.items()}
        )

    def _address(self, url: str) -> str:
        """Raises Refused for what is none of this provider's hosts: an answer does not
        choose where the token goes."""
        provider = self.connection.declared
        trusted = endpoints.trusted(provider)
        parts = urlsplit(url)
        if trusted and url.startswith(f"{trusted}/"):
            return url
        if parts.scheme != "https" or parts.netloc not in provider.hosts:
            words = self._said(gettext("%(name)s named a strange address."))
            raise Refused(words, permanent=True)
        return endpoints.at(provider, url)

    def _may_help(self, answer: Answer, failure: AppError) -> bool:
        """Whether asking again may end otherwise and does nothing twice. Who says "too
        often" did nothing."""
        if isinstance(failure, Busy) and answer.status != 529:
            return not isinstance(failure, UsedUp)
        return self.capability.is_repeatable and is_trouble(answer)

    def _is_gone(self, answer: Answer) -> bool:
        """What was to be removed is not there, after a try whose answer was lost."""
        return self.capability.method == "DELETE" and answer.status in (404, 410)

    def _failure(self, answer: Answer) -> AppError:
        reasons = reasons_of(answer)
        is_often = answer.status == 429 or (
            answer.status == 403 and reasons & (TOO_OFTEN | USED_UP)
        )
        if is_often or (answer.status == 529 and self.capability.is_repeatable):
            return self._busy(answer, reasons)
        if answer.status == 403:
            return self._not_allowed(reasons)
        if answer.status in (404, 410):
            words = gettext("%(name)s has no such thing, or does not show it to us.")
            return NotFound(self._said(words))
        if answer.status in (409, 412):
            words = gettext("That has changed at %(name)s in the meantime.")
            return Conflict(self._said(words))
        if is_trouble(answer):
            return self._lost()
        words = self._said(gettext("%(name)s did not take that."))
        return Refused(words, permanent=True)

    def _busy(self, answer: Answer, reasons: frozenset[str]) -> Busy:
        wait = token_endpoint.retry_after(answer.headers) or _A_WHILE
        seconds = max(1, int(wait.total_seconds()))
        if reasons & USED_UP:
            words = gettext(
                "%(name)s answers no more of these today. Try again tomorrow."
            )
            return UsedUp(self._said(words), retry_after=seconds)
        words = gettext("%(name)s was asked too often. Try again in a while.")
        return Busy(self._said(words), retry_after=seconds)

    def _not_allowed(self, reasons: frozenset[str]) -> AppError:
        provider = self.connection.declared
        feature = provider.feature(self.capability.feature)
        if ours := reasons & OURS:
            self._noted("client_error", min(ours))
            logger.error("provider_api_off", provider=provider.id, code=min(ours))
            return Unavailable()
        if not reasons & NOT_GRANTED:
            words = gettext("%(name)s does not allow that for this account.")
            return FeatureOff(self._said(words))
        self._noted("not_granted", min(reasons & NOT_GRANTED))
        if provider.has_scopes:
            granted.lost(self.connection, feature)
        words = gettext(
            "%(name)s did not allow “%(feature)s” for this account. Allow it under "
            "Connections."
        )
        return FeatureOff(self._said(words, feature=gettext(feature.title)))

    def _not_known(self, bearer: tokens.Bearer) -> AppError:
        """A token that was renewed just now is refused."""
        self._noted("refused", "401")
        if breaker.is_wave_of_calls(self.connection.declared):
            breaker.open_for(self.connection.declared, breaker.Reason.WAVE)
            return self._down()
        tokens.refused(self.connection, bearer)
        found = Connection.objects.filter(pk=self.connection.pk).first()
        if found is not None and found.is_usable:  # connected anew in this very moment
            return self._down()
        return tokens.NotUsable(found or self.connection)

    def _noted(self, outcome: str, code: str) -> None:
        history.record(
            history.Kind.CALL_REFUSED,
            provider=self.connection.declared,
            connection=self.connection,
            outcome=outcome,
            code=code,
        )

    def _lost(self) -> OutsideFailure:
        return self._down() if self.capability.is_repeatable else self._unknown()

    def _down(self) -> ProviderDown:
        words = gettext("%(name)s does not answer. Try again in a while.")
        return ProviderDown(self._said(words))

    def _unknown(self) -> OutcomeUnknown:
        words = gettext(
            "%(name)s did not say whether it was done. Look there before you try again."
        )
        return OutcomeUnknown(self._said(words), permanent=True)

    def _said(self, words: str, **more: str) -> str:
        return words % {"name": self.connection.declared.name, **more}


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
        words = gettext("“%(feature)s” is not switched on for %(name)s.")
        raise FeatureOff(
            words % {"feature": gettext(feature.title), "name": provider.name}
        )
    return Client(connection, found)


def _step(value: str) -> str:
    """One step of a path, whatever is in it. Raises NotFound for what leads elsewhere,
    Invalid like the words of a call."""
    plain_text.insist_on(value)
    if not value or len(value) > 1024 or value in (".", ".."):
        raise NotFound
    return quote(value, safe="")


def _pause(attempt: int, at_least: timedelta) -> None:
    wait = _PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)
    time.sleep(max(wait, at_least.total_seconds()))
