"""Letters in the console: what became of them, and addresses that are let in again."""

from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from apps.accounts.models import User
from apps.jobs import mail, suppressions
from apps.jobs.models import Letter, Suppression
from apps.rbac import roles
from apps.rbac.catalog import Permission
from apps.rbac.models import AuditEvent
from tests import post
from tests.rbac.factories import person
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
LETTERS, SUPPRESSED = "/admin/jobs/letter/", "/admin/jobs/suppression/"
TO = "dora@example.com"


@pytest.fixture
def as_ada(ada: User) -> Client:
    return signed_in(ada)


def write(**about: Any) -> Letter:
    mail.post(EmailMessage("Hello", "Your code is ABCD-1234", to=[TO]), **about)
    return Letter.objects.latest("pk")


def lift(client: Client, row: Suppression) -> str:
    answer = client.post(
        SUPPRESSED,
        {
            "action": "lift",
            "_selected_action": [str(row.pk)],
            "confirm": "yes",
            "reason": "The mailbox was full",
        },
        follow=True,
    )
    return answer.content.decode()


def test_the_list_says_what_became_of_each_and_why(as_ada: Client, alice: User) -> None:
    write(name="password_changed", person=alice)
    suppressions.suppress(TO, "bounce", "550 no such user")
    post.send()
    page = as_ada.get(f"{LETTERS}?state__exact=refused").content.decode()
    assert "Refused" in page and "550 no such user" in page
    assert TO not in page and "password_changed" in page


def test_the_page_of_one_shows_the_address_and_never_the_words(
    as_ada: Client, alice: User
) -> None:
    letter = write(person=alice)
    page = as_ada.get(f"{LETTERS}{letter.pk}/change/").content.decode()
    assert TO in page and "Hello" in page
    assert "ABCD" not in page and letter.sealed[:20] not in page


def test_a_suppression_is_lifted_for_a_reason_that_is_kept(
    as_ada: Client, ada: User
) -> None:
    suppressions.suppress(TO, "complaint")
    row = Suppression.objects.get()
    asked = as_ada.post(
        SUPPRESSED, {"action": "lift", "_selected_action": [str(row.pk)]}
    )
    assert b"written to again" in asked.content and Suppression.objects.exists()
    assert "You lifted suppressed address " in lift(as_ada, row)
    assert not Suppression.objects.exists()
    lifted = AuditEvent.objects.filter(
        action=Permission.SUPPRESSION_LIFT, actor_id=ada.pk, obj_id=str(row.pk)
    )
    assert lifted.exists()
    write()
    post.send()
    assert Letter.objects.latest("pk").state == "sent"


def test_who_may_only_look_only_looks(ada: User) -> None:
    may = [Permission.CONSOLE_ENTER, Permission.SUPPRESSION_VIEW]
    roles.create(by=ada, slug="looker", name="Looker", permissions=may)
    client = signed_in(person("looker"))
    suppressions.suppress(TO, "bounce")
    assert b'value="lift"' not in client.get(SUPPRESSED).content
    assert client.get(LETTERS).status_code == 403
    lift(client, Suppression.objects.get())
    assert Suppression.objects.exists()


def test_the_list_costs_the_same_for_one_and_for_many(
    as_ada: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        write()
    with django_assert_max_num_queries(9):
        assert as_ada.get(LETTERS).status_code == 200
