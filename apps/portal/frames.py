"""Pages for everybody stand in the frame of whoever reads them: with the navigation for
somebody who is signed in, without it for a stranger."""

from django.http import HttpRequest


def frame(request: HttpRequest) -> str:
    """The template that such a page extends."""
    return "shell.html" if request.user.is_authenticated else "public.html"
