"""In which language a page or a letter is.

Where it is not known who reads, their browser says; whoever is signed in has said it
(accounts/preferences.py). Programs, operators at the console and whoever develops are
answered in English.
"""

import functools
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

ENGLISH = "en"
# What is English for whoever asks: the one place that says so.
_ENGLISH_PATHS = (
    "/api/",
    "/admin/",
    "/dev/",
    "/health/",
    "/metrics",
    "/webhooks/",
)


def offered(language: str) -> str:
    """That language with its region, if pages have it; else English."""
    return language if language.split("-")[0] in settings.PAGE_LANGUAGES else ENGLISH


def spoken() -> str:
    """The one that pages are made in just now, without its region."""
    return offered(translation.get_language() or ENGLISH).split("-")[0]


def speaking(language: str) -> AbstractContextManager[None]:
    """What is said inside is in that language, as far as it is offered."""
    return translation.override(offered(language))


def worded(folder: str, name: str) -> tuple[str, str]:
    """The template of a letter or text in the language that is spoken, else in English;
    and which of both that is."""
    language = spoken()
    template = f"{folder}/{language}/{name}.txt"
    if language != ENGLISH and _is_there(template):
        return template, language
    return f"{folder}/{name}.txt", ENGLISH


def text(name: str, facts: Mapping[str, object]) -> str:
    """The words of a text message, of the file of that name in `templates/texts/`."""
    template, _ = worded("texts", name)
    return render_to_string(template, dict(facts)).strip()


@functools.cache
def _is_there(template: str) -> bool:
    try:
        get_template(template)
    except TemplateDoesNotExist:
        return False
    return True


def is_english(request: HttpRequest) -> bool:
    return request.path_info.startswith(_ENGLISH_PATHS)


class LanguageMiddleware:
    """Whoever is not signed in reads what their browser asks for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_english(request):
            with speaking(ENGLISH):
                return self.get_response(request)
        with speaking(_asked(request)):
            response = self.get_response(request)
        # Also where somebody is signed in: without the cookie it is another page.
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Accept-Language"])
        return response


def _asked(request: HttpRequest) -> str:
    """The first that is offered of those in `Accept-Language`."""
    header = request.headers.get("Accept-Language", "")
    for language, _ in parse_accept_lang_header(header):
        if language == ENGLISH or offered(language) != ENGLISH:
            return language
    return ENGLISH
