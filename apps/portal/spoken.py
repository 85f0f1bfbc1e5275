"""Pages that read and say things as the assistant does, in the language of the person."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse

from apps.assistant import phrases
from apps.portal.shell import SignedIn

View = Callable[..., HttpResponse]


def in_their_language(view: View) -> View:
    @wraps(view)
    def spoken(request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponse:
        with phrases.spoken_in(phrases.of(request.user)):
            return view(request, *args, **kwargs)

    return spoken
