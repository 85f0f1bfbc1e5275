"""Whether a linked phone is still its owner's, as far as can be known.

A number that has long been silent, or that texts do not reach, may be somebody else's
by now. It is answered, but told nothing of before, until its owner says on the website,
with a fresh proof of who they are, that it is still theirs, or proves it anew. Once
texts have come from it meanwhile only proof from the phone itself will do: somebody has
it, and may not be them.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.accounts import letters
from apps.accounts.models import User
from apps.core.errors import Conflict
from apps.core.kinds import Queue, job
from apps.rbac import audit
from apps.sms import lanes, number_history, numbers, reach, router
from apps.sms.knobs.numbers import SILENT_AFTER
from apps.sms.models import InboundText, NumberEvent, PhoneNumber

CONFIRM = "sms.phonenumber.confirm"
PROVE_IT = gettext_noop(
    "Texts have come from this phone since. Show that you have it: text the words from it,"
    " or have a code texted to it."
)
Doubt, Kind = PhoneNumber.Doubt, NumberEvent.Kind


def is_in_doubt(user: User, e164: str) -> bool:
    """Whether what a person keeps here may not be told to this number of theirs."""
    own = PhoneNumber.objects.owned_by(user).held().filter(e164=e164)
    return own.exclude(doubt=Doubt.NONE).exists()


def page() -> str:
    """Where doubt is ended."""
    return letters.public(numbers.PAGE)


@transaction.atomic
def confirm(*, user: User, public_id: str) -> PhoneNumber:
    """They say that it is still theirs, and have just proven who they are, not that they
    have it: whoever has it can still link it. Raises `Conflict` for a number that has to
    be proven itself."""
    lanes.lock_person(user)
    number = numbers.own(user, public_id)
    if not number.is_verified:
        raise Conflict(gettext("Link this phone again first."))
    if number.doubt and to_be_proven([number]):
        raise Conflict(gettext(PROVE_IT))
    if number.doubt:
        number.doubt, number.confirmed_at = Doubt.NONE, timezone.now()
        number.save(update_fields=["doubt", "confirmed_at"])
        number_history.record(number, Kind.CONFIRMED)
        audit.done(CONFIRM, actor=user, subject=user, obj=number)
    return number


def to_be_proven(several: Iterable[PhoneNumber]) -> set[int]:
    """Those of several in doubt, by their ids, from which texts have come since the
    doubt: somebody has the phone, and whoever is on the website has to be that one."""
    unsure = [number.pk for number in several if number.doubt]
    if not unsure:
        return set()
    doubts = NumberEvent.objects.filter(phone=OuterRef("pk"), kind=Kind.DOUBTED)
    since = doubts.order_by("-id").values("at")[:1]
    texts = InboundText.objects.filter(
        number=OuterRef("e164"), received_at__gte=OuterRef("doubted_at")
    )
    found = PhoneNumber.objects.filter(pk__in=unsure).annotate(
        doubted_at=Subquery(since)
    )
    return set(found.filter(Exists(texts)).values_list("pk", flat=True))


def heed(code: str, e164: str) -> None:
    """The carrier's error, where it says that the number is not there any more."""
    if reach.says_so(code) and reach.is_unreachable(e164):
        for number in PhoneNumber.objects.verified().filter(e164=e164):
            _doubt(number, Doubt.ERRORS)


@job("sms.doubt_silent", queue=Queue.BULK, seconds=3_600)
def doubt_silent() -> None:
    """Numbers from which nothing has come, and of which nothing was proven, for so long."""
    since = timezone.now() - timedelta(days=router.value(SILENT_AFTER))
    for number in _silent(since).iterator():
        _doubt(number, Doubt.SILENT)


def _silent(since: datetime) -> "QuerySet[PhoneNumber]":
    texts = InboundText.objects.filter(
        user=OuterRef("user"), number=OuterRef("e164"), received_at__gt=since
    )
    proven = PhoneNumber.objects.verified().proven_before(since)
    sure = proven.filter(~Exists(texts), doubt=Doubt.NONE)
    sure = sure.exclude(confirmed_at__gte=since)
    return sure.select_related("user")


@transaction.atomic
def _doubt(number: PhoneNumber, doubt: str) -> bool:
    """Once, however often it is found."""
    sure = PhoneNumber.objects.verified().filter(pk=number.pk, doubt=Doubt.NONE)
    if not sure.update(doubt=doubt):
        return False
    number_history.record(number, Kind.DOUBTED)
    letters.tell(
        number.user,
        "phone_doubted",
        number=numbers.display(number.e164),
        is_silent=doubt == Doubt.SILENT,
        phones_url=page(),
    )
    return True
