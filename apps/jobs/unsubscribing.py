"""Which letters somebody does not want, said on their page or by one click in a letter
(RFC 8058): the link needs no sign-in and is good for one person and one category."""

from collections.abc import Collection
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext

from apps.core.errors import NotFound
from apps.jobs import categories
from apps.jobs.categories import Category
from apps.jobs.models import UnwantedLetters
from apps.rbac import audit, policy


class Choice(NamedTuple):
    category: Category
    is_wanted: bool


class Asked(NamedTuple):
    """What a link is for."""

    person: Any
    category: Category


def link(person: Any, slug: str) -> str:
    """For letters of this category to them. It does not grow old: nor does a letter."""
    token = _signer().sign_object([str(person.public_id), slug])
    return f"{settings.PUBLIC_URL}{reverse('unsubscribe', args=[token])}"


def headers(person: Any, slug: str) -> dict[str, str]:
    return {
        "List-Unsubscribe": f"<{link(person, slug)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def find(token: str) -> Asked:
    """Raises NotFound."""
    try:
        public_id, slug = _signer().unsign_object(token)
    except signing.BadSignature:
        raise NotFound(gettext("This link is not valid.")) from None
    people = get_user_model()._default_manager
    person = people.filter(public_id=public_id).first()
    category = categories.named(slug)
    if person is None or category is None:
        raise NotFound(gettext("There are no such letters any more."))
    return Asked(person, category)


def by_link(token: str) -> Asked:
    """Once or many times. Raises NotFound."""
    asked = find(token)
    _set(asked.person, asked.category.slug, is_wanted=False, by=None)
    return asked


def choices(person: Any) -> list[Choice]:
    """The categories that they are written to about, in order."""
    unwanted = set(
        UnwantedLetters.objects.filter(person=person).values_list("category", flat=True)
    )
    return [
        Choice(each, each.slug not in unwanted)
        for each in categories.every()
        if not each.permission or policy.can(person, each.permission)
    ]


@transaction.atomic
def choose(person: Any, wanted: Collection[str]) -> None:
    """These and no others, of the categories that they are written to about."""
    for choice in choices(person):
        slug = choice.category.slug
        if choice.is_wanted != (slug in wanted):
            _set(person, slug, is_wanted=slug in wanted, by=person)


def wants(person_id: int | None, slug: str) -> bool:
    return not UnwantedLetters.objects.filter(
        person_id=person_id, category=slug
    ).exists()


def _signer() -> signing.Signer:
    """Without a time: of one person and category the link is always the same."""
    return signing.Signer(salt="jobs.unsubscribing")


@transaction.atomic
def _set(person: Any, slug: str, *, is_wanted: bool, by: Any) -> None:
    """Recorded where it changes anything."""
    get_user_model()._default_manager.select_for_update(no_key=True).get(pk=person.pk)
    row = UnwantedLetters.objects.filter(person=person, category=slug)
    if is_wanted:
        changed = bool(row.delete()[0])
    else:
        _, changed = UnwantedLetters.objects.get_or_create(person=person, category=slug)
    if changed:
        verb = "delete" if is_wanted else "add"
        audit.done(
            f"jobs.unwantedletters.{verb}",
            actor=by,
            subject=person,
            obj=person,
            after={"category": slug},
        )
