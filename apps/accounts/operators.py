"""Operators are told by e-mail that something is the matter."""

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts import letters
from apps.accounts.models import User
from apps.jobs import mail, unsubscribing
from apps.rbac import catalog
from apps.rbac.catalog import Permission

_CATEGORY = "alerts"


def who_are_told() -> QuerySet[User]:
    """Whoever may look at alerts."""
    name = catalog.parts(Permission.ALERT_VIEW)
    return User.objects.filter(
        is_active=True,
        groups__permissions__codename=name.codename,
        groups__permissions__content_type__app_label=name.app,
    ).distinct()


def tell(*, subject: str, words: str, is_urgent: bool, mark: str) -> None:
    """A letter to each who has a verified address and wants such letters."""
    page = letters.public("/admin/jobs/alert/")
    with transaction.atomic():
        _write_to_each(subject, words, page)


def _write_to_each(subject: str, words: str, page: str) -> None:
    for person in who_are_told():
        address = letters.primary_address(person)
        if address:
            letter = letters.on_paper(
                subject,
                f"{words}\n\n{page}",
                to=address,
                unsubscribe_url=unsubscribing.link(person, _CATEGORY),
            )
            mail.post(letter, person=person, name="alert", category=_CATEGORY)
