"""A person's phones: link one, choose the main one, give one up.

Whatever is texted from one is done in its owner's name, so each change, and a look at
the words that link one, needs a fresh proof.
"""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from apps.accounts import fresh_auth
from apps.core import live
from apps.core.errors import Conflict, Invalid
from apps.core.verbs import (
    require_http_methods,
    require_POST,
    require_safe,
)
from apps.portal import sms_links
from apps.portal.forms import LabelForm, NumberForm
from apps.portal.shell import SignedIn
from apps.rbac.catalog import Permission
from apps.rbac.declared import about, fresh, requires, signed_in
from apps.sms import cooling, linking, number_history, numbers, phone_lines
from apps.sms.phone_lines import Line


@dataclass(frozen=True)
class Pairing:
    """The words to text, and two ways not to type them."""

    phrase: linking.Phrase
    sms_url: str
    qr: str


@signed_in
@require_safe
def phones(request: SignedIn) -> HttpResponse:
    return _page(request, NumberForm())


@fresh(signed_in)
@require_POST
def renew(request: SignedIn) -> HttpResponse:
    linking.renew(request.user)
    messages.success(
        request, gettext("These are new words. The old ones no longer work.")
    )
    return redirect(_words_shown())


@fresh(requires(Permission.NUMBER_ADD))
@require_POST
def add(request: SignedIn) -> HttpResponse:
    form = NumberForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        number = numbers.claim(user=request.user, **form.cleaned_data)
    except (Invalid, Conflict) as error:
        form.add_error("number", error.sentence)
        return _page(request, form)
    shown = numbers.display(number.e164)
    messages.success(
        request,
        gettext("Added %(shown)s. Now text the words below from it.")
        % {"shown": shown},
    )
    return redirect(_words_shown())


@fresh(about(Permission.NUMBER_CHANGE))
@require_POST
def make_primary(request: SignedIn, public_id: UUID) -> HttpResponse:
    try:
        number = cooling.choose(user=request.user, public_id=str(public_id))
    except Invalid as error:
        messages.error(request, error.sentence)
        return redirect("portal:phones")
    messages.success(
        request,
        gettext("We text you at %(number_e164)s now.")
        % {"number_e164": numbers.display(number.e164)},
    )
    return redirect("portal:phones")


@about(Permission.NUMBER_CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: SignedIn, public_id: UUID) -> HttpResponse:
    number = numbers.own(request.user, str(public_id))
    given = request.POST if request.method == "POST" else None
    form = LabelForm(given, initial={"label": number.label})
    if form.is_valid():
        numbers.rename(user=request.user, public_id=str(public_id), **form.cleaned_data)
        messages.success(
            request,
            gettext("Renamed %(number_e164)s.")
            % {"number_e164": numbers.display(number.e164)},
        )
        return redirect("portal:phones")
    shown = {"form": form, "number": number}
    return render(request, "portal/phone_label.html", shown)


@fresh(about(Permission.NUMBER_DELETE))
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: SignedIn, public_id: UUID) -> HttpResponse:
    """Asks first, on a page of its own."""
    number = numbers.own(request.user, str(public_id))
    if request.method != "POST":
        return render(request, "portal/phone_remove.html", {"number": number})
    cooling.give_up(user=request.user, public_id=str(public_id))
    messages.success(
        request,
        gettext("Removed %(number_e164)s.")
        % {"number_e164": numbers.display(number.e164)},
    )
    return redirect("portal:phones")


def _page(request: SignedIn, form: NumberForm) -> HttpResponse:
    """The whole page, or only its live part (`v`) when that has changed.

    Whoever asks for the words (`link`) and has to prove first who they are is led to
    that; the live part goes on without them.
    """
    lines = phone_lines.of(request.user)
    own = [line.number for line in lines]
    is_asked = "link" in request.GET or form.is_bound
    is_linked = any(number.is_verified for number in own)
    # Whoever has the words links a phone for good: they are for the person alone.
    is_theirs = getattr(request, "standing_in", None) is None
    is_wanted = is_theirs and (is_asked or not is_linked)
    if is_wanted and live.is_asked_again(request) and linking.are_spent(request.user):
        # A phone is linked by those that the page shows: it asks for no others.
        is_wanted = False
    step_up = fresh_auth.missing(request) if is_wanted else None
    if step_up and is_asked and not live.is_asked_again(request):
        return step_up.answer(request)
    pairing = None
    if is_wanted and step_up is None:
        pairing = _pairing(linking.phrase_for(request.user))
    shown = {
        "lines": lines,
        "cooling": cooling.going_on(request.user),
        "history": number_history.of(request.user),
        "is_linked": is_linked,
        "is_theirs": is_theirs,
        "pairing": pairing,
        "form": form,
    }
    return live.answer(
        request,
        _version(lines, pairing),
        lambda: shown,
        page="portal/phones.html",
        part="portal/_phones_live.html",
    )


def _pairing(phrase: linking.Phrase) -> Pairing:
    words = phrase.text
    return Pairing(phrase, sms_links.link(words), sms_links.picture(words))


def _version(lines: list[Line], pairing: Pairing | None) -> str:
    shown = [
        (
            line.number.public_id,
            line.number.label,
            line.badges,
            line.awaits_code,
            line.is_to_be_proven,
        )
        for line in lines
    ]
    return live.version((shown, pairing.phrase.words if pairing else ""))


def _words_shown() -> str:
    return reverse("portal:phones") + "?link=1#link"
