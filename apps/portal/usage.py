"""What a person used in a period, what is left, and what each text cost."""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from apps.accounts.models import User
from apps.analytics import charts, drawing, figures, periods, summary
from apps.analytics import table as csv
from apps.analytics.figures import Figures
from apps.core import live
from apps.core.errors import Invalid
from apps.core.numerals import shown
from apps.core.verbs import require_safe
from apps.portal.shell import SignedIn
from apps.portal.spoken import in_their_language
from apps.rbac import limits
from apps.rbac.declared import signed_in
from apps.sms import numbers, router
from apps.sms.money import exactly_in_dollars, in_dollars, shortage
from apps.sms.money import usage as used

CHARTS = ("texts", "cost", "replies")


@signed_in
@require_safe
@in_their_language
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
@in_their_language
def texts(request: SignedIn) -> HttpResponse:
    """Each of the budgets' month, with what it cost."""
    before = request.GET.get("before", "")
    page = used.texts(request.user, before=before)
    told = {
        "before": before,
        "older": page.older,
        "texts": [
            (text, None if text.micros is None else exactly(text.micros))
            for text in page.rows
        ],
    }
    return render(request, "portal/usage_texts.html", told)


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
        "texts_cost": money(month.texts_micros),
        "by_the_end": money(month.by_the_end),
        "left_today": money(left.micros),
        "left_of_month": money(left.month_micros),
        "month_of": money(left.month_of),
    }


def _of(user: User, found: Figures) -> dict[str, Any]:
    period, shelf = found.period, charts.every()
    told = summary.of(found, user)
    days = urlencode({"from": str(period.first), "to": str(period.last)})
    return {
        "period": period,
        "periods": [(key, gettext(label)) for key, label in periods.NAMED.items()],
        "cards": _cards(found),
        "charts": [drawing.draw(shelf[key], found) for key in CHARTS],
        "told": told,
        "tips": [(tip, money(tip.micros)) for tip in told.tips],
        "csv": f"{reverse('portal:usage_csv')}?{days}",
        "again": urlencode({"period": period.key}) if period.key else days,
    }


def _cards(found: Figures) -> list[tuple[str, str, list[str]]]:
    """Title, figure, and what else there is to say."""
    now, then = found.volume(), found.volume(found.period.before)
    speed, was = found.speed(), found.speed(found.period.before)
    each = now.per_segment
    kinds = {
        gettext("from you"): now.cost_in,
        gettext("to you"): now.cost_out,
        gettext("language model"): now.cost_tokens,
        gettext("phone checks"): now.cost_lookup,
    }
    texts = now.came + now.went
    return [
        (
            gettext("Texts"),
            shown(f"{texts:,}"),
            [
                gettext("%(came)s from you, %(went)s to you")
                % {"came": shown(f"{now.came:,}"), "went": shown(f"{now.went:,}")},
                _against(texts, then.came + then.went),
            ],
        ),
        (
            gettext("Cost"),
            money(now.cost),
            [
                # Exactly: parts that are rounded do not add up.
                ", ".join(f"{exactly(m)} {name}" for name, m in kinds.items() if m),
                (
                    gettext("%(price)s a segment to you") % {"price": exactly(each)}
                    if each
                    else ""
                ),
                _against(now.cost, then.cost),
            ],
        ),
        (
            gettext("Time to answer"),
            drawing.spoken(speed.p50, "milliseconds"),
            [
                (
                    gettext("19 of 20 within %(time)s")
                    % {"time": drawing.duration(speed.p95)}
                    if speed.p95
                    else ""
                ),
                (
                    gettext("%(time)s before") % {"time": drawing.duration(was.p50)}
                    if was.p50
                    else ""
                ),
            ],
        ),
        (
            gettext("Arrived"),
            drawing.spoken(now.delivery, "percent", is_exact=True),
            [
                (
                    gettext("%(lost)s did not arrive")
                    % {"lost": shown(f"{now.lost:,}")}
                    if now.lost
                    else ""
                )
            ],
        ),
    ]


def _against(now: int, then: int) -> str:
    """Beside the period before."""
    if not then:
        return gettext("None in the time before") if now else ""
    share = abs(now - then) * 100 / then
    if share < 1:
        return gettext("As in the time before")
    more, less = gettext("%(share)s more than before"), gettext(
        "%(share)s less than before"
    )
    return (more if now > then else less) % {"share": shown(f"{share:,.0f} %")}


def money(micros: int) -> str:
    return shown(in_dollars(micros))


def exactly(micros: int) -> str:
    return shown(exactly_in_dollars(micros))
