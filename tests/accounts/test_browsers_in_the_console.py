"""Operators see the browsers people use and have one forgotten, for a reason."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import KnownBrowser, User
from apps.rbac import roles
from apps.rbac.catalog import Permission
from apps.rbac.models import AuditEvent
from tests.accounts.test_sign_ins import is_in, sign_in
from tests.accounts.test_sign_ins_in_the_console import act
from tests.rbac.factories import person, verified
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/accounts/knownbrowser/"


@pytest.fixture
def ada(transactional_db: None) -> User:
    return verified("ada@example.com", "administrator")


def test_they_are_listed_without_addresses_and_without_what_they_are_known_by(
    ada: User, alice: User
) -> None:
    sign_in(alice)
    row = KnownBrowser.objects.get(user=alice)
    row.trusted_until, row.trusted_for = timezone.now() + timedelta(days=9), "f" * 64
    row.save()
    operator = signed_in(ada)
    page = operator.get(LIST).content.decode()
    assert "Firefox" in page and "alice@example.com" not in page
    shown = operator.get(f"{LIST}{row.pk}/change/").content.decode()
    assert str(row.public_id) in shown
    assert row.digest not in page + shown and row.trusted_for not in page + shown
    looked = AuditEvent.objects.filter(subject_id=alice.pk, actor_id=ada.pk)
    assert looked.filter(obj_id=str(row.public_id)).exists()


def test_one_is_forgotten_for_a_reason_and_no_other(ada: User, alice: User) -> None:
    client = sign_in(alice)
    sign_in(alice)
    first, second = KnownBrowser.objects.filter(user=alice).order_by("id")
    page = act(signed_in(ada), LIST, "forget_browser", first.pk)
    assert page.status_code == 200
    assert list(KnownBrowser.objects.filter(user=alice)) == [second]
    # It only is a stranger's: whoever is signed in with it is not signed out.
    assert is_in(client)
    event = AuditEvent.objects.get(
        action=Permission.BROWSER_FORGET, obj_id=str(first.public_id)
    )
    assert (event.actor_id, event.subject_id) == (ada.pk, alice.pk)
    activity = client.get("/app/activity/").content.decode()
    assert "had a browser of yours forgotten" in activity


def test_it_is_asked_first(ada: User, alice: User) -> None:
    sign_in(alice)
    row = KnownBrowser.objects.get(user=alice)
    form = {"action": "forget_browser", "_selected_action": [str(row.pk)]}
    page = signed_in(ada).post(LIST, form).content.decode()
    assert "asked for the second factor again" in page
    act(signed_in(ada), LIST, "forget_browser", row.pk, reason="")
    assert KnownBrowser.objects.filter(pk=row.pk).exists()


def test_who_may_only_look_forgets_none(ada: User, alice: User) -> None:
    held = [Permission.CONSOLE_ENTER, Permission.BROWSER_VIEW]
    roles.create(by=ada, slug="looker", name="Looker", permissions=held)
    sign_in(alice)
    row = KnownBrowser.objects.get(user=alice)
    looker = signed_in(person("looker"))
    assert looker.get(LIST).status_code == 200
    act(looker, LIST, "forget_browser", row.pk)
    assert KnownBrowser.objects.filter(pk=row.pk).exists()


def test_nobody_forgets_those_of_who_may_do_more(ada: User) -> None:
    held = [Permission.CONSOLE_ENTER, Permission.BROWSER_VIEW]
    held.append(Permission.BROWSER_FORGET)
    roles.create(by=ada, slug="helper", name="Helper", permissions=held)
    sign_in(ada)
    row = KnownBrowser.objects.filter(user=ada).latest("id")
    act(signed_in(person("helper")), LIST, "forget_browser", row.pk)
    assert KnownBrowser.objects.filter(pk=row.pk).exists()
