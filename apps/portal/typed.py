"""What somebody typed is not lost when their session ends before they save it.

They are led to sign in, and then to the page with the form, where it stands as they had
typed it; nothing is saved until they say so again. Meanwhile it lies in the session of
their browser, which is sealed (accounts/sessionstore.py), for them alone: when somebody
else signs in there, it is gone. Where nobody knows whose it is, it is kept nowhere, and
shown at once to whoever sent it. So is what was sent to something that is gone by then.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts import cookies
from apps.accounts.models import User
from apps.portal import filling

KEY = "typed"
PAGES = "/app/"
# An hour: somebody who fetches their phone for the code is back by then.
SECONDS = 3_600
# Of all values together; the longest note there can be fits.
MOST = 64_000
# What is secret, or good once.
NEVER = ("csrfmiddlewaretoken", "password", "code", "credential", "once")
# What a page sends along and nobody reads.
NOT_READ = ("seen", "at", "do", "scope", "back", "change", "next", "level", "action")

Fields = Mapping[str, list[str]]


# It was deleted meanwhile, or cannot be done now.
_NOT_DONE = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS)


class TypedMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(PAGES):
            return response
        if request.method == "POST" and _asks_to_sign_in(response):
            return _kept(request, response)
        if request.method == "POST" and response.status_code in _NOT_DONE:
            if request.resolver_match and request.user.is_authenticated:
                _show(request, response)
        elif request.method == "GET" and request.user.is_authenticated:
            _bring_back(request, response)
        return response


@receiver(user_logged_in)
def _is_theirs_alone(request: HttpRequest, user: User, **_: Any) -> None:
    typed = request.session.get(KEY)
    if typed is not None and typed.get("person") != user.pk:
        del request.session[KEY]


def _asks_to_sign_in(response: HttpResponse) -> bool:
    there = f"{resolve_url(settings.LOGIN_URL)}?"
    return response.get("Location", "").startswith(there)


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    page, fields = _page(request), _fields(request)
    said, size = _read(fields), sum(len(each) for v in fields.values() for each in v)
    # A form of somebody before them is not taken: with each sign-in its token changes.
    person = cookies.was_of(request.session)
    is_theirs = person is not None and size <= MOST
    # What a page asks by itself leads to signing in (app.js); nobody pressed a button.
    if said and not is_theirs and "HX-Request" not in request.headers:
        shown = {"lost": said, "page": page}
        return render(request, "portal/signed_out.html", shown, status=401)
    if said and is_theirs:
        request.session[KEY] = {
            "person": person,
            "page": urlsplit(page).path,
            "action": request.path,
            "fields": fields,
            "at": timezone.now().timestamp(),
        }
        said_why = gettext(
            "You are signed out, so it was not saved. What you had typed is there "
            "again once you have signed in."
        )
    else:
        said_why = gettext("You are signed out, so that was not done. Sign in first.")
    messages.info(request, said_why)
    # Not to what only takes forms: that shows nobody anything.
    return redirect_to_login(page)


def _fields(request: HttpRequest) -> dict[str, list[str]]:
    return {
        name: [str(value) for value in values]
        for name, values in request.POST.lists()
        if not any(secret in name for secret in NEVER)
    }


def _read(fields: Fields) -> list[str]:
    """What of it is worth reading."""
    shown = (values for name, values in fields.items() if name not in NOT_READ)
    return [value for values in shown for value in values if value.strip()]


def _show(request: HttpRequest, response: HttpResponse) -> None:
    """Beside why it could not be done, the words."""
    fields = _fields(request)
    lost = _read(fields)
    if not lost or not response.get("Content-Type", "").startswith("text/html"):
        return
    page, path = response.content.decode(), request.path
    if filling.form(page, path=path, action=path, names=set(fields)) is None:
        shown = {"lost": lost, "was_refused": True}
        words = render_to_string("portal/_typed.html", shown)
        response.content = filling.after(page, words).encode()


def _page(request: HttpRequest) -> str:
    """The one that the form stands on."""
    came = urlsplit(request.headers.get("Referer", ""))
    if came.netloc == request.get_host() and came.path.startswith(PAGES):
        return came._replace(scheme="", netloc="", fragment="").geturl()
    return request.get_full_path()


def _bring_back(request: HttpRequest, response: HttpResponse) -> None:
    typed = request.session.get(KEY)
    if typed is None or "HX-Request" in request.headers:
        return
    # Nor does somebody see it who stands in for them, or in whose browser they do.
    if typed.get("person") != request.user.pk or hasattr(request, "standing_in"):
        return
    if timezone.now().timestamp() - typed["at"] > SECONDS:
        del request.session[KEY]
        return
    if request.path != typed["page"] or response.status_code != 200:
        return
    if not response.get("Content-Type", "").startswith("text/html"):
        return
    del request.session[KEY]
    fields: Fields = typed["fields"]
    page = response.content.decode()
    place = filling.form(
        page, path=request.path, action=typed["action"], names=set(fields)
    )
    filled = filling.filled(page, place, fields) if place else page
    # Where the form is gone, the words are there to be copied.
    lost = [] if place else _read(fields)
    words = render_to_string("portal/_typed.html", {"lost": lost})
    response.content = filling.begun(filled, words).encode()
