"""What a person does by hand to see whether a connection works: ask its provider
something small, renew its token before its time.

Neither raises what the provider or the connection is to blame for: that is what was to be
found out. How often is limited, since a provider counts it against all of us.
"""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext

from apps.core import http
from apps.core.errors import AppError, OutsideFailure
from apps.core.http import Answer, AnswerLost, NotReached
from apps.core.limits import Limit
from apps.integrations import endpoints, tokens, usage
from apps.integrations.models import Connection
from apps.integrations.provider import Provider
from apps.integrations.tokens import Bearer

# Whoever looks for a fault tries a few times; a machine does not stop there.
BY_HAND = Limit("connection_by_hand", times=6, seconds=60, is_told=True)
SECONDS = 10.0
_MOST_BYTES = 100_000
# By which tests are counted among the calls.
NAME = "connection.test"


@dataclass(frozen=True)
class Finding:
    is_good: bool
    # A sentence for the person.
    words: str
    # A word for programs: ok, or what an error is called.
    outcome: str = "ok"
    milliseconds: int = 0


@dataclass(frozen=True)
class _Test:
    """Counted like a capability, and none: nobody has to switch it on."""

    provider: str
    name: str = NAME


def test(row: Connection) -> Finding:
    """Ask the provider who its person is there. Raises TooMany; Unavailable while that
    cannot be counted."""
    BY_HAND.charge(str(row.pk))
    provider = row.declared
    try:
        bearer = tokens.bearer(row)
    except AppError as error:  # nobody is asked
        return Finding(False, error.sentence, error.code)
    began = time.monotonic()
    try:
        outcome, words = _meaning(provider, _asked(row, provider, bearer))
    except NotReached:
        outcome, words = "not_reached", _said(
            gettext("%(name)s cannot be reached right now."), provider
        )
    except AnswerLost:
        outcome, words = "answer_lost", _said(
            gettext("%(name)s did not answer in time."), provider
        )
    except OutsideFailure as error:
        outcome = error.code
        words = _said(
            gettext("%(name)s answered oddly. Try again in a while."), provider
        )
    except AppError as error:
        outcome, words = error.code, error.sentence
    took = timedelta(seconds=time.monotonic() - began)
    usage.count(row, _Test(provider.id), outcome, took)  # type: ignore[arg-type]  # all it needs of one
    is_good = outcome == "ok"
    return Finding(is_good, words, outcome, int(took / timedelta(milliseconds=1)))


def renew(row: Connection) -> Finding:
    """Renew its token now. Raises like `test`."""
    BY_HAND.charge(str(row.pk))
    try:
        tokens.renew_now(row)
    except AppError as error:
        return Finding(False, error.sentence, error.code)
    return Finding(
        True, _said(gettext("%(name)s renewed its permission."), row.declared)
    )


def _asked(row: Connection, provider: Provider, bearer: Bearer) -> Answer:
    """With a token that was renewed since, where the one there was is refused."""
    answer = _sent(provider, bearer)
    if answer.status != 401:
        return answer
    bearer = tokens.again(row, bearer)
    answer = _sent(provider, bearer)
    if answer.status == 401:
        tokens.refused(row, bearer)
        row.refresh_from_db()
        raise tokens.NotUsable(row)
    return answer


def _sent(provider: Provider, bearer: Bearer) -> Answer:
    return http.ask(
        "GET",
        endpoints.at(provider, provider.probe_url or provider.profile_url),
        headers={**provider.headers, "Authorization": f"Bearer {bearer.value}"},
        trusted=endpoints.trusted(provider),
        seconds=SECONDS,
        most_bytes=_MOST_BYTES,
    )


def _meaning(provider: Provider, answer: Answer) -> tuple[str, str]:
    if answer.is_good:
        return "ok", _said(gettext("%(name)s answered: it works."), provider)
    if answer.status in (429, 529):
        return "busy", _said(
            gettext("%(name)s was asked too often. Try again in a while."), provider
        )
    if answer.status >= 500:
        return "down", _said(
            gettext("%(name)s has trouble right now. Try again in a while."), provider
        )
    words = gettext("%(name)s answered, but does not let us in (%(status)s).")
    return "refused", words % {"name": provider.name, "status": answer.status}


def _said(words: str, provider: Provider) -> str:
    return words % {"name": provider.name}
