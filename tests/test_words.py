"""Every page in a language that is none: what has no marks there was never translated."""

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import allauth
import django
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.apps import apps
from django.db import models
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from apps.accounts.models import User
from apps.assistant import phrases
from apps.core import dossier
from apps.portal import demo
from config import messages
from tests.test_doors import (  # noqa: F401  (fixtures are found by their names)
    ADA,
    ALICE,
    ANONYMOUS,
    ROWS,
    _address,
    clients,
    everybody,
)

NOBODYS = "xx"
BEGIN, END = "⟦", "⟧"
# For programs, operators and whoever develops: English for everybody.
ENGLISH = ("api/", "dev/", "health/", "metrics", "webhooks/")
# Names, and words of protocols.
NAMES = frozenset("""
    Switchboard Google Microsoft Notion YouTube Outlook Firefox Chrome Safari Edge Opera
    Android Windows Mac iPhone iPad ChromeOS Linux on UTC ms min KB MB JSON CSV ZIP STOP
    START HELP OK LINK https http com example org localhost
    """.split())
# Not for reading, or kept as it was said: code, what was agreed to in the words of then,
# zones as IANA names them, languages as they call themselves.
UNREAD = frozenset({"script", "style", "code", "pre", "svg"})
KEPT_CLASS = "mail-body"
LISTS = frozenset({"timezone", "locale"})
ATTRIBUTES = frozenset({"aria-label", "title", "placeholder", "alt", "data-announce"})
# Elements without an end.
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr"})
# In a phrase of the assistant.
_PLACE, _WORD = re.compile(r"\{\w+\}"), re.compile(r"[A-Za-z]{3}")
# What is texted to link a phone, made anew each time.
_TO_LINK = r"LINK [A-Z]+(-[A-Z]+)+"


@pytest.fixture
def nobodys_language(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """What is said in it is the English sentence between marks: ours, Django's and
    allauth's, as far as these have it in Spanish."""
    marked = Catalog()
    for text in _sources():
        for each in read_po(io.BytesIO(text), locale="es"):
            if each.id and each.string:
                ids = [each.id] if isinstance(each.id, str) else each.id
                said = [f"{BEGIN}{each}{END}" for each in ids]
                string = said[0] if isinstance(each.id, str) else tuple(said)
                marked.add(each.id, string, context=each.context)
    folder = tmp_path / NOBODYS / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, marked)
    settings.LOCALE_PATHS = [tmp_path]
    settings.PAGE_LANGUAGES = [*settings.PAGE_LANGUAGES, NOBODYS]
    with translation.override("en"):
        yield


def _sources() -> Iterator[bytes]:
    django_s, allauth_s = Path(django.__file__).parent, Path(allauth.__file__).parent
    for folder in (*django_s.glob("contrib/*/locale"), django_s / "conf/locale"):
        path = folder / "es/LC_MESSAGES/django.po"
        if path.exists():
            yield path.read_bytes()
    yield (allauth_s / "locale/es/LC_MESSAGES/django.po").read_bytes()
    yield messages.source("es").read_bytes()


class Words(HTMLParser):
    """What a page says, a line a text or attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.attributes: list[str] = []
        self._unread: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        if not self._unread:
            found = (own.get(each) for each in ATTRIBUTES)
            self.attributes += filter(None, found)
        is_list = tag == "select" and own.get("name") in LISTS
        is_kept = KEPT_CLASS in (own.get("class") or "")
        # What the assistant says, in a language that it speaks.
        is_kept |= tag != "html" and "lang" in own
        if tag not in VOID and (self._unread or tag in UNREAD or is_list or is_kept):
            self._unread.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._unread and self._unread[-1] == tag:
            self._unread.pop()

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.text.append(data)


def _unmarked(page: str, kept: re.Pattern[str]) -> set[str]:
    """Words outside of all marks that are neither names nor what people wrote."""
    words = Words()
    words.feed(page)
    found = [_outside("\n".join(words.text)), *map(_outside, words.attributes)]
    left = [kept.sub(" ", each) for each in found]
    return {
        line.strip()
        for each in left
        for line in each.split("\n")
        if set(re.findall(r"[A-Za-z]{2,}", line)) - NAMES
    }


def _outside(text: str) -> str:
    depth, found = 0, []
    for character in text:
        depth += (character == BEGIN) - (character == END)
        if depth == 0 and character != END:
            found.append(character)
    return "".join(found)


def _written() -> re.Pattern[str]:
    """What stands in the database in free words."""
    found: set[str] = set()
    for model in apps.get_models():
        fields = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField)
            and not field.choices
        ]
        if fields and model._meta.managed and model.__module__.startswith("apps."):
            for row in model._default_manager.values_list(*fields):
                found |= {str(each).strip() for each in row if each}
    # What the assistant says it does not say in a language that is none.
    said = phrases.words()
    phrased = {*said.tools.values(), *said.say.values()}
    # One that is nothing but places, "{time} {what}", is any line at all.
    found |= {each for each in phrased if _WORD.search(_PLACE.sub("", each))}
    names = {"things", *_of_things()}
    names |= {f"{each}" for user in User.objects.all() for each in user.name.split()}
    several = sorted((each for each in found | names if len(each) > 2), key=len)
    return re.compile("|".join([_TO_LINK, *map(_shape, reversed(several))]))


def _of_things() -> Iterator[str]:
    """What is kept by the app that is there for tests alone."""
    for kept in dossier.every():
        if not kept.model.__module__.startswith(("apps.", "allauth.", "django")):
            yield from filter(None, (kept.words, kept.stays))


def _shape(words: str) -> str:
    """With something in each of its places."""
    return re.sub(r"\\\{\w+\\\}", ".*?", re.escape(words))


@pytest.mark.parametrize("who", [ANONYMOUS, ALICE, ADA])
def test_every_page_is_translated(
    who: str,
    clients: dict[str, Client],  # noqa: F811  (the fixture)
    nobodys_language: None,
) -> None:
    User.objects.update(locale=NOBODYS)
    kept, found, seen = _written(), {}, 0
    for address in ROWS:
        if address.startswith(ENGLISH):
            continue
        answer = clients[who].get(
            _address(address), headers={"Accept-Language": NOBODYS}
        )
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            seen += not answer.streaming
            page = "" if answer.streaming else answer.content.decode()
            if page and (missing := _unmarked(page, kept)):
                found[address] = missing
    assert seen > 20
    assert found == {}


def test_pages_with_a_past_are_translated(
    clients: dict[str, Client],  # noqa: F811  (the fixture)
    nobodys_language: None,
) -> None:
    demo.history()
    User.objects.update(locale=NOBODYS, is_setting_up=True)
    kept, found = _written(), {}
    for address in ROWS:
        if address.startswith("app/") and "<" not in address:
            answer = clients[ALICE].get(_address(address))
            if answer.status_code == 200 and not answer.streaming:
                if missing := _unmarked(answer.content.decode(), kept):
                    found[address] = missing
    assert found == {}


# They end the sign-in, after which nothing more is asked.
LAST = ("app/settings/panic/", "app/settings/close/", "accounts/logout/", "sign-ins/")


def test_what_forms_are_answered_is_translated(
    clients: dict[str, Client],  # noqa: F811  (the fixture)
    nobodys_language: None,
) -> None:
    """Sent empty: what is wrong with them, or what was done."""
    User.objects.update(locale=NOBODYS)
    kept, found, seen = _written(), {}, 0
    for address in ROWS:
        if not address.startswith(("app/", "accounts/")) or address.endswith(LAST):
            continue
        answer = clients[ALICE].post(_address(address))
        if answer.status_code == 302 and answer["Location"].startswith("/app/"):
            answer = clients[ALICE].get(answer["Location"])
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        if is_page and not answer.streaming:
            seen += 1
            if missing := _unmarked(answer.content.decode(), kept):
                found[address] = missing
    assert seen > 30
    assert found == {}
