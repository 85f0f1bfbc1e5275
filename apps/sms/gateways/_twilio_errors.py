"""What Twilio's SDK raises, as a gateway has to say it."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import InvalidOperation

from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.response import Response
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
)

from apps.sms import troubles
from apps.sms.gateway import (
    Busy,
    Gone,
    NotDone,
    OutcomeUnknown,
    Refused,
    ShutOut,
    Unheard,
)

# Wrong secrets, and an account that is suspended.
_SHUT_OUT = {"20003", "20005", "30002"}
_NOT_TAKEN = {401, 403, 404, 407, 408, 429}


@contextmanager
def in_a_sentence() -> Iterator[None]:
    try:
        yield
    except TwilioRestException as error:
        told = f"{error.code or error.status}: {error.msg}"
        raise _kind(error.status)(_sentence(error.status, told)) from error
    except ReadTimeoutError as error:
        raise Unheard("Twilio did not answer in time.") from error
    except HTTPError as error:
        raise Unheard("Twilio could not be reached.") from error
    except (
        TwilioException,
        ValueError,
        KeyError,
        TypeError,
        InvalidOperation,
    ) as error:
        # A list that was refused comes as the bare answer.
        if error.args and isinstance(error.args[-1], Response):
            status = error.args[-1].status_code
            raise _kind(status)(_sentence(status, f"{status}.")) from error
        raise Unheard("Twilio's answer could not be read.") from error


def _kind(status: int) -> type[NotDone]:
    if status >= 500:
        return Unheard
    return Gone if status == 404 else NotDone


def _sentence(status: int, told: str) -> str:
    if status == 401:
        return "Twilio does not accept TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
    if status == 404 and settings.TWILIO_MESSAGING_SERVICE_SID:
        service = settings.TWILIO_MESSAGING_SERVICE_SID
        return f"The Twilio account has no messaging service {service}."
    if status == 429 or status >= 500:
        return f"Twilio is busy or out of order ({status}): try again later."
    return f"Twilio refused with error {told}"


def verdict(error: TwilioRestException) -> Exception:
    """Final only when Twilio itself says so: a 400 with one of its five-digit codes.

    https://www.twilio.com/docs/api/errors. Account trouble ("backoff") and a proxy in
    between say nothing about the text; of the rest only 429 is certainly not processed.
    """
    code = str(error.code)
    refused = error.status == 400 and len(code) == 5
    if refused and troubles.of(code).retry != troubles.Retry.BACKOFF:
        return Refused(code)
    if error.status == 401 or code in _SHUT_OUT:
        return ShutOut(f"{error.status} {error.code}")
    if error.status in _NOT_TAKEN or refused:
        return Busy(f"{error.status} {error.code}")
    return OutcomeUnknown(str(error.status))


def lost(error: HTTPError) -> Exception:
    """No connection means nothing was sent; a broken or silent one leaves it open."""
    if isinstance(error, ConnectTimeoutError | NewConnectionError):
        return Busy("no connection")
    return OutcomeUnknown(type(error).__name__)
