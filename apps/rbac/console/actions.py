"""An action of the console asks first: how many, what follows, and why.

    @confirmed("Suspend", consequence="They are signed out at once …",
               permission=Permission.PERSON_SUSPEND)
    def suspend(request, person, reason): ...

What it calls is the verb that the portal calls. Rows that refuse (AppError) are named
with their reason, and recorded; the others are done.

The page of one row offers those that make sense of it, each with what follows beside its
button and one field for the reason: there the page itself has asked.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.admin import helpers
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from apps.core.errors import AppError, Forbidden
from apps.rbac import audit, policy, verdicts
from apps.rbac.console.reveal import ReasonForm

Verb = Callable[[HttpRequest, Any, str], None]
# For more rows than one request does: asks for it to be done, and says so in a sentence.
ByFilter = Callable[[HttpRequest, str], str]
Action = Callable[[Any, HttpRequest, "QuerySet[Any]"], HttpResponse | None]
# What one request does; more is a job's work.
MOST_AT_ONCE = 500
# What the form on the page of a row says of where it came from.
_FROM, _ROW = "from", "row"


class Offer(NamedTuple):
    """An action as a button on the page of a row."""

    name: str
    title: str
    consequence: str


def _always(_: Any) -> bool:
    return True


def confirmed(
    title: str,
    *,
    consequence: str,
    permission: str,
    by_filter: ByFilter | None = None,
    when: Callable[[Any], bool] = _always,
) -> Callable[[Verb], Action]:
    """`when`: of which row its own page offers it."""

    def decorate(verb: Verb) -> Action:
        def action(
            page: Any, request: HttpRequest, queryset: "QuerySet[Any]"
        ) -> HttpResponse | None:
            if not policy.can(request.user, permission):
                verdicts.insist(request.user, permission)
            rows = list(queryset[: MOST_AT_ONCE + 1])
            are_many = len(rows) > MOST_AT_ONCE
            if are_many and by_filter is None:
                messages.error(request, f"Choose at most {MOST_AT_ONCE} at once.")
                return None
            form = ReasonForm(request.POST if "confirm" in request.POST else None)
            if form.is_bound and form.is_valid():
                reason = form.cleaned_data["reason"]
                if are_many and by_filter is not None:
                    _hand_over(page, request, by_filter, title, permission, reason)
                else:
                    _do(page, request, verb, rows, title, permission, reason)
                return _back(page, request, rows)
            count = queryset.count() if are_many else len(rows)
            return _ask(page, request, rows, count, form, title, consequence)

        action.__name__ = verb.__name__
        action.short_description = title  # type: ignore[attr-defined]
        action.permission = permission  # type: ignore[attr-defined]
        action.consequence = consequence  # type: ignore[attr-defined]
        action.when = when  # type: ignore[attr-defined]
        return action

    return decorate


def offered(page: Any, request: HttpRequest, row: Model) -> list[Offer]:
    """Those that this operator may use, and that make sense of this row; of ours, as
    others do not say what follows."""
    return [
        Offer(name, title, action.consequence)
        for name, (action, _, title) in page.get_actions(request).items()
        if hasattr(action, "when") and action.when(row)
    ]


def refuse(
    page: Any, request: HttpRequest, permission: str, rows: "QuerySet[Any]"
) -> None:
    """An action that was not offered: recorded of each row it was asked for. Raises
    Forbidden."""
    for row in list(rows[:MOST_AT_ONCE]) or [page.model]:
        subject = None if row is page.model else page.person_of(row)
        audit.decided(
            permission,
            allowed=False,
            actor=request.user,
            subject=subject,
            obj=row,
            reason=policy.Reason.NOT_GRANTED,
        )
    raise Forbidden


def _back(page: Any, request: HttpRequest, rows: list[Model]) -> HttpResponse | None:
    """To the page of the row, where that asked for it; the list otherwise."""
    if request.POST.get(_FROM) != _ROW or len(rows) != 1:
        return None
    return redirect(admin_urlname(page.opts, SafeString("change")), rows[0].pk)


def _do(
    page: Any,
    request: HttpRequest,
    verb: Verb,
    rows: list[Model],
    title: str,
    permission: str,
    reason: str,
) -> None:
    done = 0
    for row in rows:
        try:
            with verdicts.refusals(
                permission, by=request.user, subject=page.person_of(row), obj=row
            ):
                verb(request, row, reason)
        except AppError as error:
            messages.error(request, f"{page.row_name(row)}: {error.sentence}")
        else:
            done += 1
    if done:
        messages.success(request, f"{title}: {done} done.")


def _hand_over(
    page: Any,
    request: HttpRequest,
    by_filter: ByFilter,
    title: str,
    permission: str,
    reason: str,
) -> None:
    try:
        with verdicts.refusals(
            permission, by=request.user, subject=None, obj=page.model
        ):
            said = by_filter(request, reason)
    except AppError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, f"{title}: {said}")


def _ask(
    page: Any,
    request: HttpRequest,
    rows: list[Model],
    count: int,
    form: ReasonForm,
    title: str,
    consequence: str,
) -> HttpResponse:
    if not any(page.person_of(row) for row in rows):
        form.fields["reason"].help_text = "Kept in the audit."
    across = count > MOST_AT_ONCE
    context = {
        **page.admin_site.each_context(request),
        "title": title,
        "consequence": consequence,
        "rows": [(row.pk, page.row_name(row)) for row in rows],
        "count": count,
        "across": across,
        # Django wants one.
        "sent": [row.pk for row in (rows[:1] if across else rows)],
        "form": form,
        "opts": page.opts,
        "action": request.POST["action"],
        "from_row": request.POST.get(_FROM) == _ROW,
        "checkbox": helpers.ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/confirm_action.html", context)
