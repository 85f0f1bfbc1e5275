"""One page tells what became of any text, and none of its words."""

import re

import pytest
from django.test import Client
from django.utils.html import strip_tags

from apps.accounts.models import User
from apps.sms import journeys
from apps.sms.models import InboundText, OutboundText, Turn
from tests.conftest import Recorded
from tests.sign_in import signed_in
from tests.sms.conftest import ALICE, STRANGER, post, text, work
from tests.sms.twilio_server import TwilioServer

pytestmark = pytest.mark.django_db(transaction=True)


def rows(by: User, model: str, pk: int) -> list[str]:
    page = signed_in(by).get(f"/admin/sms/{model}/{pk}/journey/")
    assert page.status_code == 200
    body = page.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        re.sub(r"\s+", " ", strip_tags(row)).strip() for row in body.split("</tr>")[:-1]
    ]


def titles(found: list[str]) -> list[str]:
    return [row.split()[0] for row in found]


def test_from_the_webhook_to_the_carriers_news(
    alice: User, ada: User, twilio: TwilioServer
) -> None:
    text("remind me to call Ana tomorrow at 9")
    work()
    reply = OutboundText.objects.get()
    sid = reply.provider_sid or ""
    for status in ("sent", "delivered"):
        news = {"MessageSid": sid, "MessageStatus": status}
        post(f"/webhooks/twilio/status/?m={reply.ref}", news)
    found = rows(ada, "turn", Turn.objects.get().pk)
    told = "\n".join(found)
    assert [title for title in titles(found) if title != "Cost"] == [
        "Webhook",
        "Identity",
        "Turn",
        "Understood",
        "Tool",
        "Answer",
        "Sending",
        "Sending",
        "Carrier",
        "Carrier",
        # To see what would be understood now.
        "Understood",
    ]
    for said in ("By grammar: remind", f"as {sid}", "delivered.", "a•••@example.com"):
        assert said in told
    for hidden in ("Ana", ALICE, "alice@"):
        assert hidden not in told
    for model, row in (("inboundtext", InboundText), ("outboundtext", OutboundText)):
        assert rows(ada, model, row.objects.get().pk) == found


def test_moments_follow_each_other_from_the_first(
    alice: User, ada: User, twilio: TwilioServer
) -> None:
    text("remind me to call Ana tomorrow at 9")
    work()
    turn = Turn.objects.get()
    steps = [step.at for step in journeys.of_turn(turn)]
    timed = [at for at in steps if at]
    assert timed == sorted(timed) and steps[: len(timed)] == timed
    told = "\n".join(rows(ada, "turn", turn.pk))
    after = [float(each) for each in re.findall(r"\+ (\d+\.\d+) s", told)]
    assert len(after) >= len(timed) - 3 and after == sorted(after)
    assert after[-1] <= (timed[-1] - timed[0]).total_seconds() + 0.001


def test_why_there_was_no_reply_or_no_delivery(
    alice: User, ada: User, twilio: TwilioServer
) -> None:
    text("STOP")
    work()
    told = rows(ada, "turn", Turn.objects.get().pk)
    assert told[-1].endswith("No reply: The carrier answers this word.")
    twilio.behave("21614")
    text("who is this", number=STRANGER)
    work()
    told = rows(ada, "turn", Turn.objects.latest("id").pk)
    assert "nobody" in told[1] and "21614" in "\n".join(told)


def test_a_text_that_waits_says_so(alice: User, ada: User) -> None:
    text("hello")
    page = f"/admin/sms/inboundtext/{InboundText.objects.get().pk}/journey/"
    assert b"waits for a turn" in signed_in(ada).get(page).content


def test_it_is_reached_from_the_row_and_looks_are_recorded(
    alice: User, ada: User, recorded: Recorded
) -> None:
    text("hello")
    work()
    turn = Turn.objects.get()
    client: Client = signed_in(ada)
    row = client.get(f"/admin/sms/turn/{turn.pk}/change/").content.decode()
    assert f"/admin/sms/turn/{turn.pk}/journey/" in row
    before = len(recorded("sms.turn.view"))
    client.get(f"/admin/sms/turn/{turn.pk}/journey/")
    looks = recorded("sms.turn.view")
    assert len(looks) == before + 1 and looks[-1].subject_id == alice.pk
    assert client.get("/admin/sms/turn/999999/journey/").status_code == 404
    assert signed_in(alice).get(f"/admin/sms/turn/{turn.pk}/journey/").status_code in (
        302,
        403,
    )
