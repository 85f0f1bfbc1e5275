"""Letters by e-mail: one sheet for all of them, in text and in HTML.

A letter is one file in `templates/letters/`, and one of the same name in the folder of
each other language: its first line is the subject, paragraphs follow. A paragraph that is an address becomes a link, an indented one a code to type.
Nothing in it was written by whoever caused it, so nobody can make us send their words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, engines
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext

from apps.accounts import places, preferences
from apps.accounts.models import LoginSession, User
from apps.core import languages
from apps.jobs import mail, unsubscribing
from apps.rbac import origins


@dataclass(frozen=True)
class Block:
    """A paragraph. Kinds: words, link, code."""

    kind: str
    text: str


def public(path: str) -> str:
    """An address people can open: from settings, never from the Host header."""
    return f"{settings.PUBLIC_URL}{path}"


def tell(
    user: User, name: str, *, to: str = "", category: str = "", **facts: Any
) -> None:
    """Send a person the letter `name` once the transaction stands; with a `category`
    it says how to get no more of these.

    It goes to their primary verified address, or to `to`; nobody has to be told who has
    neither. Says when and, during a request, from where; in their language, whoever
    caused it.
    """
    address = to or primary_address(user)
    if not address:
        return
    with languages.speaking(user.locale):
        place = origins.current().place
        about = {
            "when": in_words(timezone.now(), user),
            "place": places.words(place.get("address", ""), place.get("browser", "")),
            **facts,
        }
        if category:
            about["unsubscribe_url"] = unsubscribing.link(user, category)
        letter = written(name, to=address, about=about)
    mail.post(letter, name=name, person=user, category=category)


def written(name: str, *, to: str, about: Mapping[str, Any]) -> EmailMultiAlternatives:
    """The letter, ready to be sent, in the language that is spoken; in English where
    there is none in that, as of letters to operators."""
    template, language = languages.worded("letters", name)
    shown = {
        "reset_url": public(reverse("account_reset_password")),
        "login_url": public(reverse("account_login")),
        "activity_url": public(f"{settings.LOGIN_REDIRECT_URL}activity/"),
        **about,
    }
    unsubscribe_url = str(shown.get("unsubscribe_url", ""))
    with languages.speaking(language):
        subject, _, body = _plain(template, shown).partition("\n")
        return on_paper(subject.strip(), body, to=to, unsubscribe_url=unsubscribe_url)


def on_paper(
    subject: str, body: str, *, to: str, unsubscribe_url: str = ""
) -> EmailMultiAlternatives:
    """A letter with these words, in text and in HTML."""
    paragraphs = [each for each in re.split(r"\n\s*\n", body) if each.strip()]
    sheet = {
        "subject": subject,
        "body": "\n\n".join(paragraphs).strip("\n"),
        "blocks": [_block(each) for each in paragraphs],
        "public_url": settings.PUBLIC_URL,
        "unsubscribe_url": unsubscribe_url,
    }
    letter = EmailMultiAlternatives(
        subject, _plain("letters/_letter.txt", sheet), to=[to]
    )
    html = render_to_string("letters/_letter.html", sheet)
    letter.attach_alternative(html, "text/html")
    return letter


def primary_address(user: User) -> str:
    """The verified address that we write to, if there is one."""
    found = EmailAddress.objects.filter(user=user, primary=True, verified=True).first()
    return str(found.email) if found else ""


def in_words(at: datetime, user: User) -> str:
    """ "Wednesday 25 November 2026, 6:30 PM (Europe/Berlin)"."""
    local = timezone.localtime(at, user.zone)
    with languages.speaking(user.locale):
        day = date_format(local, pgettext("date format", "l j F Y"))
        return f"{day}, {preferences.clock(local, user)} ({user.timezone})"


def refresh_reused(row: LoginSession) -> None:
    """An old refresh token of this sign-in was used, so it was ended."""
    since = in_words(row.created_at, row.user)
    app = places.words(row.address or "", row.browser)
    tell(row.user, "refresh_reused", since=since, app=app)


def _plain(template: str, shown: Mapping[str, Any]) -> str:
    found: Any = engines["django"].get_template(template)
    rendered: str = found.template.render(Context(dict(shown), autoescape=False))
    return rendered.strip()


def _block(paragraph: str) -> Block:
    text = paragraph.strip()
    if paragraph.startswith("    "):
        return Block("code", text)
    is_link = re.fullmatch(r"https?://\S+", text)
    return Block("link" if is_link else "words", text)
