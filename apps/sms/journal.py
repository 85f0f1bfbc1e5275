"""Every proven call of Twilio for 30 days: to see what came, and to play it again.

What is played again goes the way it went the first time, so what is known already
changes nothing.
"""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from apps.core.errors import Conflict
from apps.core.request_ids import current_request_id
from apps.core.vault import Unreadable
from apps.rbac import audit
from apps.rbac.catalog import Permission
from apps.sms import bell, delivery, inbox
from apps.sms.lengths import SID_LENGTH
from apps.sms.models import InboundText, OutboundText, WebhookCall

Via, Outcome = WebhookCall.Via, WebhookCall.Outcome

# Beside what Twilio posts: our own id, which stood in the address.
REF = "m"
# What tells nothing of anybody. Whatever else comes, Twilio adds to it without notice,
# is shown by its length.
_SHOWN = frozenset(
    {
        REF,
        "AccountSid",
        "ApiVersion",
        "ErrorCode",
        "ErrorUrl",
        "FromCountry",
        "MessageSid",
        "MessageStatus",
        "MessagingServiceSid",
        "NumMedia",
        "NumSegments",
        "OptOutType",
        "RawDlrDoneDate",
        "SmsMessageSid",
        "SmsSid",
        "SmsStatus",
        "ToCountry",
    }
)


def begun(form: Mapping[str, str], *, via: str, ref: str = "") -> WebhookCall:
    """A row that is not stored yet."""
    call = WebhookCall(
        via=via,
        sid=form.get("MessageSid", "")[:SID_LENGTH],
        request_id=current_request_id(),
    )
    call.seal({**form, REF: ref} if ref else form)
    return call


def keep(call: WebhookCall, outcome: str) -> None:
    call.outcome = outcome
    call.save(force_insert=True)


def redacted(call: WebhookCall) -> dict[str, str]:
    """What was posted, without the words and numbers of people. Raises `Unreadable`."""
    return {
        name: value if name in _SHOWN else f"{len(value)} characters"
        for name, value in call.form.items()
    }


def person_of(call: WebhookCall) -> Any:
    """Whose text it is about, if that is known."""
    came = InboundText.objects.filter(sid=call.sid).first()
    went = OutboundText.objects.filter(provider_sid=call.sid).first()
    text = came or went
    return text.user if text else None


def replay(*, by: Any, call: WebhookCall, words: str) -> str:
    """Do once more what the call asks for; what came of it. Raises `Conflict` for one
    that cannot be read."""
    try:
        form = call.form
    except Unreadable as error:
        raise Conflict("The key it was sealed under is gone.") from error
    ref = form.pop(REF, "")
    if call.via == Via.STATUS:
        outcome = delivery.record(form, ref=ref)
    elif not inbox.is_readable(form):
        raise Conflict("It names no text or no sender, so there is nothing to do.")
    else:
        outcome = inbox.receive(form).outcome
        bell.ring()
    WebhookCall.objects.filter(pk=call.pk).update(replayed_at=timezone.now())
    audit.done(
        Permission.CALL_REPLAY,
        actor=by,
        obj=call,
        words=words,
        after={"outcome": outcome},
    )
    return outcome
