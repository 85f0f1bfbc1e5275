"""What kind of line a number is, by Twilio Lookup, where operators want it asked.

In the United States and Canada the digits say nothing about it. What cannot be had, or
is beyond the budget for it, refuses nobody.
https://www.twilio.com/docs/lookup/v2-api/line-type-intelligence
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext

from apps.core.errors import Conflict, Invalid
from apps.core.logs import logger
from apps.sms import gateway, router
from apps.sms.gateway import NotDone, Unheard
from apps.sms.knobs.numbers import LINE_TYPE_KEPT
from apps.sms.models import PhoneNumber
from apps.sms.money import lookups
from apps.sms.money.budgets import OverBudget

_NO_TEXTS = frozenset(
    "landline tollFree premium sharedCost uan voicemail pager".split()
)
# An internet number is whoever's who knows its password: no proof of a phone in hand
# (NIST SP 800-63B).
_NO_PROOF = _NO_TEXTS | {"nonFixedVoip"}


def of(number: PhoneNumber) -> str:
    """Twilio's word for it, empty where it is not known. Asks Twilio: never inside a
    transaction."""
    kept = timedelta(days=router.value(LINE_TYPE_KEPT))
    if not kept:
        return ""
    now = timezone.now()
    if number.line_type_at is not None and number.line_type_at > now - kept:
        return number.line_type
    try:
        charge = lookups.reserve(number)
    except OverBudget as over:
        logger.warning("line_type_beyond_budget", number=number.pk, scope=over.scope)
        return number.line_type
    try:
        found = gateway.current().line_type(number.e164)
    except NotDone as error:
        if isinstance(error, Unheard):
            lookups.settle(charge, note=lookups.UNHEARD)
        else:
            lookups.release(charge)
        logger.warning("line_type_not_known", number=number.pk, why=str(error))
        return number.line_type
    lookups.settle(charge)
    number.line_type, number.line_type_at = found, now
    number.save(update_fields=["line_type", "line_type_at"])
    return found


def insist_texts(number: PhoneNumber) -> None:
    """Raises `Invalid` for a line that gets no texts."""
    if of(number) in _NO_TEXTS:
        raise Invalid(gettext("That line cannot get texts. Use a mobile number."))


def insist_proof(number: PhoneNumber) -> None:
    """Raises `Conflict` for a line that is no second factor."""
    if of(number) in _NO_PROOF:
        raise Conflict(
            gettext(
                "Codes need a mobile phone: that is a landline or an internet number."
            ),
            code="no_mobile",
        )
