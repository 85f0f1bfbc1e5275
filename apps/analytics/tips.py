"""What would cost less, with what it would save: of one person's last texts alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db.models import Min, Q
from django.utils import timezone
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.analytics.models import PersonDay
from apps.analytics.periods import Period
from apps.sms import composer
from apps.sms.models import Charge

# Of more texts nobody needs to know.
_LOOKED_AT = 500
_MONTH, _A_WEEK = 30, 7


@dataclass(frozen=True)
class Tip:
    """`micros` a month, in millionths of a US dollar; `texts` are those it is about, of
    the period."""

    key: str
    words: str
    texts: int
    micros: int


def find(period: Period, user: User) -> list[Tip]:
    """What saves most first. Two queries."""
    since = datetime.combine(period.first, time.min, UTC)
    until = datetime.combine(period.last, time.min, UTC) + timedelta(days=1)
    lost = Q(text__delivery__in=("undelivered", "failed"))
    charges = list(
        Charge.objects.owned_by(user)
        .filter(Q(inbound__isnull=False) | lost, at__gte=since, at__lt=until)
        .select_related("inbound", "text")
        .order_by("-at")[:_LOOKED_AT]
    )
    came = [charge for charge in charges if charge.inbound]
    went = [charge for charge in charges if charge.text]
    found = [*_characters(came), *_pictures(came), *_undelivered(went)]
    if not found:
        return []
    days = _looked_at(charges, period, user)
    monthly = (
        Tip(each.key, each.words, each.texts, each.micros * _MONTH // days)
        for each in found
    )
    return sorted(monthly, key=lambda tip: -tip.micros)


def _looked_at(charges: Sequence[Charge], period: Period, user: User) -> int:
    """Days of the period that the person was there, or so many as the texts looked at
    go back; a week at least, as a day or two say little of a month. One query."""
    mine = PersonDay.objects.filter(user_id=user.pk)
    begun = mine.aggregate(first=Min("day"))["first"] or period.first
    if len(charges) == _LOOKED_AT:
        begun = charges[-1].at.astimezone(UTC).date()
    today = timezone.now().astimezone(UTC).date()
    last = min(period.last, today)
    return max(_A_WEEK, (last - max(period.first, begun)).days + 1)


def _characters(texts: Iterable[Charge]) -> Iterator[Tip]:
    """Curly quotes, long dashes and the like, that phones put in by themselves."""
    dear, micros, seen = 0, 0, dict[str, int]()
    for charge in texts:
        body = charge.inbound.body if charge.inbound else ""
        plainer = composer.count(composer.literal(body)).segments
        if charge.segments > plainer > 0:
            dear += 1
            micros += charge.micros * (charge.segments - plainer) // charge.segments
            for character in {*body} - {*composer.literal(body)}:
                seen[character] = seen.get(character, 0) + 1
    if dear:
        most = max(seen, key=lambda each: (seen[each], each)) if seen else ""
        is_shown = most.isprintable() and most.strip()
        words = ngettext(
            "A character that your phone puts in made one text of yours longer. On an "
            'iPhone it is "Smart Punctuation".',
            "A character that your phone puts in made %(count)s texts of yours longer. "
            'On an iPhone it is "Smart Punctuation".',
            dear,
        )
        if is_shown:
            words = ngettext(
                "A character like %(most)s that your phone puts in made one text of "
                'yours longer. On an iPhone it is "Smart Punctuation".',
                "A character like %(most)s that your phone puts in made %(count)s texts "
                'of yours longer. On an iPhone it is "Smart Punctuation".',
                dear,
            )
        yield Tip(
            "characters",
            words % {"most": most, "count": dear},
            dear,
            micros,
        )


def _pictures(texts: Iterable[Charge]) -> Iterator[Tip]:
    with_pictures = [
        charge for charge in texts if charge.inbound and charge.inbound.num_media
    ]
    if with_pictures:
        yield Tip(
            "pictures",
            ngettext(
                "One text of yours came with a picture, which costs more than words.",
                "%(count)s texts of yours came with a picture, which costs more than "
                "words.",
                len(with_pictures),
            )
            % {"count": len(with_pictures)},
            len(with_pictures),
            sum(charge.micros for charge in with_pictures),
        )


def _undelivered(lost: Sequence[Charge]) -> Iterator[Tip]:
    if lost:
        yield Tip(
            "undelivered",
            ngettext(
                "One text to you did not arrive. See whether your phone is on, and its "
                "number still yours.",
                "%(count)s texts to you did not arrive. See whether your phone is on, "
                "and its number still yours.",
                len(lost),
            )
            % {"count": len(lost)},
            len(lost),
            sum(charge.micros for charge in lost),
        )
