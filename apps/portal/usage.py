"""What a person used in a period, what is left, and what each text cost."""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from apps.accounts.models import User
from apps.analytics import charts, drawing, figures, periods, summary
from apps.analytics import table as csv
from apps.analytics.figures import Figures
from apps.core import live
from apps.core.errors import Invalid
from apps.core.verbs import require_safe
from apps.portal.shell import SignedIn
from apps.rbac import limits
from apps.rbac.declared import signed_in
from apps.sms import numbers, router
from apps.sms.money import exactly_in_dollars, in_dollars, shortage
from apps.sms.money import usage as used

CHARTS = ("texts", "cost", "replies")


@signed_in
@require_safe
def usage(request: SignedIn) -> HttpResponse:
    """Of a period; the live part again whenever something was added up."""
    trouble = ""
    try:
        period = periods.read(periods.once(request.GET, *periods.ASKED, live.VERSION))
    except Invalid as invalid:
        period, trouble = periods.named(periods.DEFAULT), invalid.sentence
    found = figures.of_person(period, request.user)
    answer = live.answer(
        request,
        live.version((period, found.days)),
        lambda: {"trouble": trouble, **_left(request.user), **_of(request.user, found)},
        page="portal/usage.html",
        part="portal/_usage_live.html",
    )
    return live.refused(answer) if trouble else answer


@signed_in
@require_safe
def texts(request: SignedIn) -> HttpResponse:
    """Each of the budgets' month, with what it cost."""
    before = request.GET.get("before", "")
    page = used.texts(request.user, before=before)
    shown = {
        "before": before,
        "older": page.older,
        "texts": [
            (text, None if text.micros is None else exactly_in_dollars(text.micros))
            for text in page.rows
        ],
    }
    return render(request, "portal/usage_texts.html", shown)


@signed_in
@require_safe
def table(request: SignedIn) -> StreamingHttpResponse:
    """The days of a period as CSV."""
    period = periods.read(periods.once(request.GET, *periods.ASKED))
    return csv.answer(figures.of_person(period, request.user))


def _left(user: User) -> dict[str, Any]:
    """Of the budgets, by the ledger."""
    phone = numbers.primary(user)
    of_role = limits.of(user)
    with router.kept():
        month, left = used.of_month(user), used.left(user, of_role)
        answers_from = phone and shortage.until(user, phone.e164, of_role)
    return {
        "answers_from": answers_from,
        "month": month,
        "left": left,
        "texts_cost": in_dollars(month.texts_micros),
        "by_the_end": in_dollars(month.by_the_end),
        "left_today": in_dollars(left.micros),
        "left_of_month": in_dollars(left.month_micros),
        "month_of": in_dollars(left.month_of),
    }


def _of(user: User, found: Figures) -> dict[str, Any]:
    period, shelf = found.period, charts.every()
    told = summary.of(found, user)
    days = urlencode({"from": str(period.first), "to": str(period.last)})
    return {
        "period": period,
        "periods": periods.NAMED.items(),
        "cards": _cards(found),
        "charts": [drawing.draw(shelf[key], found) for key in CHARTS],
        "told": told,
        "tips": [(tip, in_dollars(tip.micros)) for tip in told.tips],
        "csv": f"{reverse('portal:usage_csv')}?{days}",
        "again": urlencode({"period": period.key}) if period.key else days,
    }


def _cards(found: Figures) -> list[tuple[str, str, list[str]]]:
    """Title, figure, and what else there is to say."""
    now, then = found.volume(), found.volume(found.period.before)
    speed, was = found.speed(), found.speed(found.period.before)
    each = now.per_segment
    kinds = {
        "from you": now.cost_in,
        "to you": now.cost_out,
        "language model": now.cost_tokens,
        "phone checks": now.cost_lookup,
    }
    texts = now.came + now.went
    return [
        (
            "Texts",
            f"{texts:,}",
            [
                f"{now.came:,} from you, {now.went:,} to you",
                _against(texts, then.came + then.went),
            ],
        ),
        (
            "Cost",
            in_dollars(now.cost),
            [
                # Exactly: parts that are rounded do not add up.
                ", ".join(
                    f"{exactly_in_dollars(m)} {name}" for name, m in kinds.items() if m
                ),
                f"{exactly_in_dollars(each)} a segment to you" if each else "",
                _against(now.cost, then.cost),
            ],
        ),
        (
            "Time to answer",
            drawing.spoken(speed.p50, "milliseconds"),
            [
                f"19 of 20 within {drawing.duration(speed.p95)}" if speed.p95 else "",
                f"{drawing.duration(was.p50)} before" if was.p50 else "",
            ],
        ),
        (
            "Arrived",
            drawing.spoken(now.delivery, "percent", is_exact=True),
            [f"{now.lost:,} did not arrive" if now.lost else ""],
        ),
    ]


def _against(now: int, then: int) -> str:
    """Beside the period before."""
    if not then:
        return "None in the time before" if now else ""
    if now == then:
        return "As in the time before"
    share = abs(now - then) * 100 / then
    said = "more" if now > then else "less"
    return (
        f"{share:,.0f} % {said} than before" if share >= 1 else "As in the time before"
    )
