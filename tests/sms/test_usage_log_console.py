"""Operators read the log of use, filtered, with numbers masked."""

import re

import pytest

from apps.accounts.models import User
from apps.sms.models import InboundText, OutboundText, UsageLog
from tests.sign_in import signed_in
from tests.sms.conftest import ALICE, BOB, text, work
from tests.sms.money.test_console import shown
from tests.sms.money.test_own_usage import long_ago
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/sms/usagelog/"


def count(page: str) -> int:
    if "Nothing fits what you asked for." in page:
        return 0
    found = re.search(r"(\d+) lines? of the usage log|(\d+) usage log", page)
    assert found
    return int(found[1] or found[2])


def test_a_line_for_each_text_of_the_last_day(
    alice: User, bob: User, ada: User, twilio: TwilioServer
) -> None:
    text("before", number=BOB)
    work()
    long_ago(days=3)
    text("hello")
    work()
    OutboundText.objects.filter(user=alice).update(
        delivery="undelivered", error_code="30007"
    )
    client = signed_in(ada)
    page = shown(client, LIST)
    assert count(page) == 2
    for said in ("$0.0083", "$0.0133", "arrier filtered it", "US"):
        assert said in page
    assert ALICE not in page and "alice@" not in page
    for asked, found in (
        ("since=week", 4),
        ("since=week&message_direction__exact=in", 2),
        ("success__exact=0", 1),
        ("country_code=US", 2),
        ("country_code=CA", 0),
        ("q=alice@example", 2),
        ("q=bob@example&since=ever", 2),
        (f"q={BOB.replace('+', '%2B')}&since=ever", 2),
    ):
        assert count(shown(client, f"{LIST}?{asked}")) == found, asked


def test_a_line_leads_to_its_text_and_changes_nothing(
    alice: User, ada: User, twilio: TwilioServer
) -> None:
    text("hello")
    work()
    client = signed_in(ada)
    came = InboundText.objects.get()
    page = client.get(f"{LIST}in_3A{came.pk}/change/")
    assert f"/admin/sms/inboundtext/{came.pk}/change/" in page.content.decode()
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}in_3A{came.pk}/delete/").status_code == 403
    assert UsageLog.objects.count() == 2


def test_who_may_not_is_refused(alice: User) -> None:
    assert signed_in(alice).get(LIST).status_code in (302, 403)
