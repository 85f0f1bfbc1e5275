"""An action of the console asks first: how many, what follows, and why.

    @confirmed("Suspend", done="suspended {}", consequence="They are signed out …",
               permission=Permission.PERSON_SUSPEND)
    def suspend(request, person, reason): ...

What it calls is the verb that the portal calls. Rows that refuse (AppError) are named
with their reason, and recorded; the others are done.

The page of one row offers those that make sense of it, each with what follows beside its
button and one field for the reason: there the page itself has asked. What nobody takes
back (`typed`) is done once its name has been typed, here or there.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.admin import helpers
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.db.models import Model, QuerySet
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from apps.core.errors import AppError, Forbidden
from apps.rbac import audit, looks, policy, verdicts
from apps.rbac.console.typed import Typed, TypedForm

Verb = Callable[[HttpRequest, Any, str], None]
# For more rows than one request does: asks for it to be done, and says so in a sentence.
ByFilter = Callable[[HttpRequest, str], str]
# What has to be typed for a row, by whoever sees addresses in full or not.
Naming = Callable[[Any, bool], Typed]
Action = Callable[[Any, HttpRequest, "QuerySet[Any]"], HttpResponse | None]
# What one request does; more is a job's work.
MOST_AT_ONCE = 500
# What the form on the page of a row says of where it came from.
_FROM, _ROW = "from", "row"


class Offer(NamedTuple):
    """An action as a button on the page of a row. `typed`: the field for its name."""

    name: str
    title: str
    consequence: str
    is_grave: bool
    typed: BoundField | None


def _always(_: Any) -> bool:
    return True


def confirmed(
    title: str,
    *,
    done: str,
    consequence: str,
    permission: str,
    by_filter: ByFilter | None = None,
    when: Callable[[Any], bool] = _always,
    is_grave: bool = False,
    typed: Naming | None = None,
) -> Callable[[Verb], Action]:
    """`done`: what the operator is told that they did, with {} for to what. `when`: of
    which row its own page offers it. `is_grave`: it takes something from somebody.
    """

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
            data = request.POST if "confirm" in request.POST else None
            form = _form(page, request, rows, data, typed)
            if form.is_bound and form.is_valid():
                reason = form.cleaned_data["reason"]
                if are_many and by_filter is not None:
                    _hand_over(page, request, by_filter, title, permission, reason)
                else:
                    _do(page, request, verb, rows, done, permission, reason)
                return _back(page, request, rows)
            count = queryset.count() if are_many else len(rows)
            told = {"title": title, "consequence": consequence, "is_grave": is_grave}
            return _ask(page, request, rows, count, form, told)

        action.__name__ = verb.__name__
        action.short_description = title  # type: ignore[attr-defined]
        action.permission = permission  # type: ignore[attr-defined]
        action.consequence = consequence  # type: ignore[attr-defined]
        action.when = when  # type: ignore[attr-defined]
        action.is_grave = is_grave  # type: ignore[attr-defined]
        action.typed = typed  # type: ignore[attr-defined]
        return action

    return decorate


def offered(page: Any, request: HttpRequest, row: Model) -> list[Offer]:
    """Those that this operator may use, and that make sense of this row, what is grave
    last; of ours, as others do not say what follows."""
    found = [
        Offer(
            name,
            title,
            action.consequence,
            action.is_grave,
            _field(page, request, row, action.typed, name),
        )
        for name, (action, _, title) in page.get_actions(request).items()
        if hasattr(action, "when") and action.when(row)
    ]
    return sorted(found, key=lambda offer: offer.is_grave)


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


def _form(
    page: Any, request: HttpRequest, rows: list[Model], data: Any, typed: Naming | None
) -> TypedForm:
    is_told = any(page.person_of(row) for row in rows)
    if typed is None or not rows:
        return TypedForm(data, is_told=is_told)
    if len(rows) == 1:
        asked = typed(rows[0], looks.shows_pii(request.user))
    else:
        name = _how_many(page, len(rows))
        asked = Typed(f"Type “{name}”", name)
    return TypedForm(data, is_told=is_told, typed=asked)


def _field(
    page: Any, request: HttpRequest, row: Model, typed: Naming | None, name: str
) -> BoundField | None:
    if typed is None:
        return None
    asked = typed(row, looks.shows_pii(request.user))
    return TypedForm(auto_id=f"{name}_%s", typed=asked)["typed"]


def _how_many(page: Any, count: int) -> str:
    named = page.opts.verbose_name if count == 1 else page.opts.verbose_name_plural
    return f"{count:,} {named}"


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
    done: str,
    permission: str,
    reason: str,
) -> None:
    did: list[str] = []
    for row in rows:
        try:
            with verdicts.refusals(
                permission, by=request.user, subject=page.person_of(row), obj=row
            ):
                verb(request, row, reason)
        except AppError as error:
            messages.error(request, f"{page.row_name(row)}: {error.sentence}")
        else:
            did.append(page.row_name(row))
    if did:
        what = did[0] if len(did) == 1 else _how_many(page, len(did))
        messages.success(request, f"You {done.format(what)}.")


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
    form: TypedForm,
    told: dict[str, Any],
) -> HttpResponse:
    across = count > MOST_AT_ONCE
    context = {
        **page.admin_site.each_context(request),
        **told,
        "rows": [(row.pk, page.row_name(row)) for row in rows],
        "how_many": _how_many(page, count),
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
