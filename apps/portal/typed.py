"""What somebody typed is not lost when their session ends before they save it.

They are led to sign in, and then to the page with the form, where it stands as they had
typed it; nothing is saved until they say so again. Meanwhile it lies in the session of
their browser, which is sealed (accounts/sessionstore.py), for them alone: when somebody
else signs in there, it is gone.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils import timezone

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


class TypedMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(PAGES):
            return response
        if request.method == "POST" and _asks_to_sign_in(response):
            return _kept(request, response)
        if request.method == "GET" and request.user.is_authenticated:
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
    page = _page(request)
    fields = {
        name: values
        for name, values in request.POST.lists()
        if not any(secret in name for secret in NEVER)
    }
    said = [value for values in fields.values() for value in values]
    # A form of somebody before them is not taken: with each sign-in its token changes.
    person = cookies.was_of(request.session)
    if person is not None and any(said) and sum(map(len, said)) <= MOST:
        request.session[KEY] = {
            "person": person,
            "page": urlsplit(page).path,
            "action": request.path,
            "fields": fields,
            "at": timezone.now().timestamp(),
        }
    # Not to what only takes forms: that shows nobody anything.
    return redirect_to_login(page)


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
    fields: Mapping[str, list[str]] = typed["fields"]
    page = response.content.decode()
    place = filling.form(
        page, path=request.path, action=typed["action"], names=set(fields)
    )
    filled = filling.filled(page, place, fields) if place else page
    # Where the form is gone, the words are there to be copied.
    lost = [] if place else [value for values in fields.values() for value in values]
    words = render_to_string("portal/_typed.html", {"lost": list(filter(None, lost))})
    response.content = filling.begun(filled, words).encode()
