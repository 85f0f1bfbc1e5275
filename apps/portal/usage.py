"""What a person has used this month, what is left, and what each text cost."""

from django.http import HttpResponse
from django.shortcuts import render

from apps.core.verbs import require_safe
from apps.portal.shell import SignedIn
from apps.rbac import limits
from apps.rbac.declared import signed_in
from apps.sms import numbers, router
from apps.sms.money import exactly_in_dollars, in_dollars, shortage
from apps.sms.money import usage as used


@signed_in
@require_safe
def usage(request: SignedIn) -> HttpResponse:
    before = request.GET.get("before", "")
    page = used.texts(request.user, before=before)
    phone = numbers.primary(request.user)
    of_role = limits.of(request.user)
    with router.kept():
        month, left = used.of_month(request.user), used.left(request.user, of_role)
        answers_from = phone and shortage.until(request.user, phone.e164, of_role)
    shown = {
        "before": before,
        "older": page.older,
        "texts": [
            (text, None if text.micros is None else exactly_in_dollars(text.micros))
            for text in page.texts
        ],
        "answers_from": answers_from,
        "month": month,
        "left": left,
        "texts_cost": in_dollars(month.texts_micros),
        "tokens_cost": in_dollars(month.tokens_micros),
        "by_the_end": in_dollars(month.by_the_end),
        "money_left": in_dollars(left.micros),
    }
    return render(request, "portal/usage.html", shown)
