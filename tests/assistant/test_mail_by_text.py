"""Mail of the person who asks, and of nobody else; sent after a yes."""

import pytest

from apps.assistant.models import ToolCall
from tests.assistant import elsewhere
from tests.assistant.conftest import Phone
from tests.assistant.test_approvals import sent
from tests.integrations.servers import Simulator


@pytest.fixture
def reader(alice: Phone, providers: Simulator) -> Phone:
    elsewhere.set_back(providers)
    return elsewhere.connected(alice, providers, "google")


def test_an_answer_goes_to_whom_the_mail_is_from_after_a_yes(
    reader: Phone, providers: Simulator
) -> None:
    reader.text("unread")
    asked = reader.text("reply to 2 saying we are three")
    assert asked.startswith("Send a mail to green.leaf@example.org, subject Re: Your")
    assert not sent(providers)
    reader.text("mail from library")  # numbers mean others now, the yes does not
    said = reader.text(f"ok {elsewhere.code_in(asked)}")
    assert said == "Sent to green.leaf@example.org: Re: Your table for two."
    assert len(sent(providers)) == 1


def test_numbers_of_one_person_are_nothing_to_another(
    reader: Phone, bob: Phone, providers: Simulator
) -> None:
    """Bob has a mailbox too, and even the mark of Alice's mail leads nowhere."""
    reader.text("unread")
    mark = reader.scene().shown_of("mails")[0]
    elsewhere.connected(bob, providers, "google", account="bob@example.com")
    assert "no number 1" in bob.text("read mail 1")
    bob.text("unread")
    conversation = bob.scene().conversation
    conversation.shown = [mark]
    conversation.save()
    assert bob.text("read mail 1").startswith("That is not there any more")
    assert bob.text("reply to 1: hello").startswith("That is not there any more")
    assert not sent(providers)


def test_a_draft_lies_there_and_nothing_is_sent(
    reader: Phone, providers: Simulator
) -> None:
    said = reader.text("draft a mail to ana@example.com about lunch: friday at one")
    assert said == "In your drafts, to ana@example.com: lunch. Nothing was sent."
    assert not sent(providers)
    assert len(providers.requests("/gmail/v1/users/me/drafts", method="POST")) == 1
    assert reader.text("draft a mail to ana: hi").startswith('"ana" is no mail address')


@pytest.mark.parametrize(
    "text", ["unread", "read mail 1", "draft a mail to a@b.example: x"]
)
def test_without_a_mailbox_it_says_where_to_connect_one(
    alice: Phone, text: str
) -> None:
    assert alice.text(text).startswith("No mailbox is connected")
    assert ToolCall.objects.get().state == ToolCall.State.REFUSED


def test_only_reading_allowed_nothing_is_written(
    alice: Phone, providers: Simulator
) -> None:
    elsewhere.connected(alice, providers, "google", features=["mail.read"])
    assert alice.text("unread").startswith("Unread, the newest first")
    assert alice.text("reply to 1: hi").startswith("No mailbox is connected that")


def test_of_two_mailboxes_of_one_provider_it_is_told_which(
    reader: Phone, providers: Simulator
) -> None:
    home = "alice@example.com"
    assert home not in reader.text("unread")
    elsewhere.connected(reader, providers, "google", account="bob@example.com")
    listed = reader.text("unread").splitlines()
    assert all("example.com)" in line for line in listed[1:])
    number = next(n for n, line in enumerate(listed) if f"(in {home})" in line)
    assert f"(in {home})" in reader.text(f"read {number}").splitlines()[0]
    asked = reader.text(f"reply to {number} saying yes")
    assert f" from {home}, subject " in asked
    assert f" from {home}: " in reader.text(f"ok {elsewhere.code_in(asked)}")
    drafted = reader.text("draft a mail to ana@example.com about lunch: friday at one")
    assert drafted.startswith(f"In your drafts, to ana@example.com from {home}: lunch")
