"""Where a program wants its person led to afterwards: a path of ours."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.http import url_has_allowed_host_and_scheme, urlencode


def insist_here(page: str) -> None:
    """Raises ValidationError: whoever names another site would be led there from a page
    of ours."""
    is_ours = page.startswith("/") and page.isprintable()
    if not is_ours or not url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        raise ValidationError("This is no path of this site.")


def telling(page: str, **outcome: Any) -> str:
    """With what came of it in its query."""
    parts = urlsplit(page)
    query = "&".join(filter(None, [parts.query, urlencode(outcome)]))
    return parts._replace(query=query).geturl()
