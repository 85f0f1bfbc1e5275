from http import HTTPStatus
from typing import Any
from uuid import UUID

from allauth.account import views as allauth_views
from allauth.account.views import password_change
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from apps.accounts import (
    cookies,
    email_addresses,
    email_changes,
    fresh_auth,
    panic,
    reachable,
    sessions,
    standing_in,
    tries,
)
from apps.core.errors import NotFound
from apps.core.verbs import (
    require_http_methods,
    require_POST,
    require_safe,
)
from apps.rbac.declared import fresh, in_person, public, signed_in

own = in_person(signed_in)


@own
def manage_email(request: Any) -> HttpResponse:
    if "action_add" in request.POST:
        tries.of_new_address(request)
    with email_addresses.changing(request):
        page: HttpResponse = allauth_views.email(request)
    return page


@in_person(public)
def confirm_email(request: HttpRequest) -> HttpResponse:
    with email_addresses.changing(request):
        page: HttpResponse = allauth_views.email_verification_sent(request)
    if request.method == "GET" and page.status_code == HTTPStatus.FOUND:
        messages.info(
            request,
            gettext(
                "No code is waited for in this browser. Open the link of a letter "
                "in the browser that asked for it, or ask for a new one."
            ),
        )
    return page


@signed_in
@require_POST
def stop_standing_in(request: HttpRequest) -> HttpResponse:
    """Back to the person's page in the console, where it began."""
    stood_in = getattr(request, "standing_in", None)
    if stood_in is None:
        return redirect(settings.LOGIN_REDIRECT_URL)
    standing_in.stop(request)
    return redirect("admin:accounts_user_change", stood_in.person.pk)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: Any) -> HttpResponse:
    """The form asks for the password; whoever has a second factor proves that, too."""
    step_up = fresh_auth.missing_second_factor(request)
    if step_up is not None:
        return step_up.answer(request)
    if request.method != "POST":
        page: HttpResponse = password_change(request)
        return page
    with tries.of_password(request, request.user.email) as one:
        answer: HttpResponse = password_change(request)
        one.is_good = answer.status_code == HTTPStatus.FOUND
    return answer


@own
@require_safe
def sign_ins(request: Any) -> HttpResponse:
    """Where one is signed in; this one first."""
    here = request.sign_in
    others = cookies.lasting(request.user).exclude(pk=here.pk)
    return render(request, "accounts/sign_ins.html", {"here": here, "others": others})


@fresh(own)
@require_POST
def end(request: Any, sid: UUID) -> HttpResponse:
    row = sessions.lasting(request.user).filter(pk=sid).first()
    if row is None:
        raise NotFound(gettext("That sign-in is over already."))
    sessions.end([row], sessions.Ending.ENDED, by=request.user)
    messages.success(
        request, gettext("Signed out: %(device)s.") % {"device": row.device}
    )
    return redirect("sign_ins")


@fresh(own)
@require_POST
def end_others(request: Any) -> HttpResponse:
    many = sessions.end_others(
        request.user, sessions.Ending.ENDED, but=request.sign_in, by=request.user
    )
    words = (
        gettext("Signed out everywhere else.")
        if many
        else gettext("You were signed in only here.")
    )
    messages.success(request, words)
    return redirect("sign_ins")


@in_person(public)
@require_http_methods(["GET", "HEAD", "POST"])
def revert_email(request: HttpRequest, key: str) -> HttpResponse:
    """From a letter to the old address, whoever is signed in here or anywhere."""
    if request.method == "POST":
        return redirect(email_changes.undo(key))
    change = email_changes.find(key)
    return render(request, "account/email_revert.html", {"change": change})


@own
@require_POST
def ask_to_reach(request: Any) -> HttpResponse:
    reachable.ask(user=request.user, address=request.POST.get("email", ""))
    messages.success(request, gettext("A letter is on its way. Open the link in it."))
    return redirect("account_email")


@in_person(public)
@require_http_methods(["GET", "HEAD", "POST"])
def reach_again(request: HttpRequest, key: str) -> HttpResponse:
    """From a letter, whoever is signed in here or nobody."""
    if request.method == "POST":
        address = reachable.confirm(key)
        messages.success(
            request, gettext("We write to %(address)s again.") % {"address": address}
        )
        return redirect("account_email")
    shown = {"address": reachable.find(key)}
    return render(request, "account/email_again.html", shown)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def end_everything(request: Any) -> HttpResponse:
    """Says what it does, and does it: no proof is asked of whoever is in a hurry."""
    if request.method != "POST":
        shown = {"has_second_factor": fresh_auth.has_second_factor(request.user)}
        return render(request, "accounts/panic.html", shown)
    panic.begin(request.user)
    messages.success(
        request, gettext("Everything is ended. The way back is in the letter you got.")
    )
    return redirect("account_login")
