"""A person's mail is read as plain text and sent once, whoever keeps the mailbox."""

import base64
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import Invalid, NotFound
from apps.integrations import mailboxes
from apps.integrations.answers import FeatureOff, OutcomeUnknown, Refused
from apps.integrations.mailboxes import Mailbox
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator

pytestmark = pytest.mark.django_db
FEATURES = ["mail.read", "mail.send", "mail.draft"]
SEND = {
    "google": "/gmail/v1/users/me/messages/send",
    "microsoft": "/v1.0/me/sendMail",
}
DRAFT = {"google": "/gmail/v1/users/me/drafts", "microsoft": "/v1.0/me/messages"}


@pytest.fixture(params=["google", "microsoft"])
def mailbox(
    request: pytest.FixtureRequest, alice: User, providers: Simulator
) -> Mailbox:
    return opened(alice, providers, request.param)


def opened(user: User, providers: Simulator, provider: str) -> Mailbox:
    connect(user, providers, provider, FEATURES)
    return mailboxes.of(user)[-1]


def test_the_inbox_is_listed_newest_first_with_no_mail_read(mailbox: Mailbox) -> None:
    seen = mailbox.messages(most=7)  # two pages of the simulator
    assert [each.subject for each in seen[:2]] == [
        "Budget review: two questions",
        "Your table for two",
    ]
    assert len(seen) == 7
    first = seen[0]
    assert (first.sender, first.sender_name) == (
        "carol.diaz@example.org",
        "Carol Diaz",
    )
    assert first.to == ("alice@example.com",)
    assert first.is_unread and not seen[-1].is_unread
    assert first.begins.startswith("Hello Alice, Could we move line 14")
    assert first.at and first.at > timezone.now() - timedelta(hours=3)
    assert {each.text for each in seen} == {""}


def test_what_is_unread_and_what_has_words_is_found(mailbox: Mailbox) -> None:
    assert len(mailbox.messages(unread=True)) == 3
    assert len(mailbox.messages(unread=True, most=2)) == 2
    (found,) = mailbox.messages(words="  boiler ")
    assert found.subject == "Boiler inspection"
    assert mailbox.messages(words="boiler", unread=True) == []
    assert mailbox.messages(words="nothing-has-this") == []


def test_quotes_end_no_search(alice: User, providers: Simulator) -> None:
    outlook = opened(alice, providers, "microsoft")
    (found,) = outlook.messages(words='"boiler" \\ "inspection')
    assert found.subject == "Boiler inspection"


def test_one_is_read_as_text(mailbox: Mailbox) -> None:
    first = mailbox.messages(most=1)[0]
    read = mailbox.read(first.id)
    assert read.text == ("Hello Alice,\n\nCould we move line 14 to May?\n\nCarol Diaz")
    assert read.subject == first.subject
    with pytest.raises(NotFound):
        mailbox.read("no-such-mail")


@pytest.mark.parametrize("provider", ["google", "microsoft"])
def test_a_mail_that_is_sent_arrives_as_it_was_written(
    provider: str, alice: User, bob: User, providers: Simulator
) -> None:
    text = "Grüße & Küsse\n.\nFrom here\n\n😀"
    opened(alice, providers, provider).send(
        to=["bob@example.com", "bob@example.com"], subject="Tëa at 4 – ok?", text=text
    )
    theirs = opened(bob, providers, provider)
    came = theirs.messages(most=1)[0]
    assert came.subject == "Tëa at 4 – ok?"
    assert came.sender == "alice@example.com"
    assert theirs.read(came.id).text == text
    assert len(theirs.messages(words="Küsse")) == 1


def test_a_draft_is_told_to_nobody(mailbox: Mailbox, providers: Simulator) -> None:
    before = {each.id for each in mailbox.messages(most=25)}
    draft = mailbox.draft(to=["bob@example.com"], subject="Later", text="Perhaps")
    assert draft.id
    assert {each.id for each in mailbox.messages(most=25)} == before
    assert not providers.requests(SEND[mailbox.connection.provider])


@pytest.mark.parametrize("kind", ["lose", "truncate", "garbage", "reset", "noise"])
def test_a_mail_whose_answer_is_lost_is_sent_once_and_that_is_said(
    kind: str, mailbox: Mailbox, providers: Simulator
) -> None:
    provider = mailbox.connection.provider
    for paths, write in ((SEND, mailbox.send), (DRAFT, mailbox.draft)):
        if (provider, kind, paths) == ("microsoft", "truncate", SEND):
            continue  # its answer is empty: nothing of it can be missing
        providers.order("fault", path=paths[provider], method="POST", kind=kind)
        with pytest.raises(OutcomeUnknown, match="Look there before"):
            write(to=["bob@example.com"], subject="Tea", text="At four")
        assert len(providers.requests(paths[provider], method="POST")) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 408])
def test_a_mail_that_met_trouble_is_not_sent_again(
    status: int, mailbox: Mailbox, providers: Simulator
) -> None:
    path = SEND[mailbox.connection.provider]
    providers.order("fault", path=path, kind="answer", status=status)
    with pytest.raises(OutcomeUnknown):
        mailbox.send(to=["bob@example.com"], subject="Tea", text="At four")
    assert len(providers.requests(path)) == 1


def test_a_mail_that_came_too_often_is_sent_again_since_nothing_was_done(
    mailbox: Mailbox, providers: Simulator
) -> None:
    path = SEND[mailbox.connection.provider]
    providers.order("fault", path=path, kind="answer", status=429)
    mailbox.send(to=["bob@example.com"], subject="Tea", text="At four")
    assert len(providers.requests(path)) == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"to": []}, "to whom"),
        ({"to": ["bob"]}, "no mail address"),
        ({"to": ["bob@example.com\r\nBcc: eve@example.com"]}, "no mail address"),
        ({"to": ["bob@example.com, eve@example.com"]}, "no mail address"),
        ({"to": ["Bob <bob@example.com>"]}, "no mail address"),
        ({"cc": ["bob@example.com\nX: y"]}, "no mail address"),
        ({"to": [f"p{n}@example.com" for n in range(51)]}, "at most"),
        ({"subject": "Tea\r\nBcc: eve@example.com"}, "one line"),
        ({"subject": "Tea\nX: y"}, "one line"),
        ({"subject": "Tea\u2028X: y"}, "one line"),
        ({"subject": "x" * 301}, "one line"),
        ({"text": " \n"}, "nothing in it"),
        ({"text": "x" * 50_001}, "at most"),
    ],
    ids=str,
)
def test_what_cannot_be_sent_is_refused_before_anybody_is_asked(
    wrong: dict[str, Any], words: str, mailbox: Mailbox, providers: Simulator
) -> None:
    providers.order("clear_log")
    letter = {"to": ["bob@example.com"], "subject": "Tea", "text": "At four"} | wrong
    for write in (mailbox.send, mailbox.draft):
        with pytest.raises(Invalid, match=words):
            write(**letter)
    assert not providers.requests()


def test_a_name_of_a_host_goes_in_ascii() -> None:
    assert mailboxes.address(" bob@bücher.example ") == "bob@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "subject", ["=?utf-8?q?Bcc=3A_eve?=", "a\tb", "\x00\x1b", ": x", " . ", "ü" * 300]
)
def test_no_subject_becomes_a_header_of_its_own(
    subject: str, alice: User, providers: Simulator
) -> None:
    google = opened(alice, providers, "google")
    google.send(to=["bob@example.com"], subject=subject, text="x\r\nBcc: e@x.example")
    sent = google.ask("mail.list").call(query={"labelIds": ["SENT"]})["messages"]
    raw = google.ask("mail.read").call(
        steps={"message": sent[0]["id"]}, query={"format": "raw"}
    )
    mail = message_from_bytes(
        base64.urlsafe_b64decode(raw["raw"]), policy=policy.default
    )
    assert set(mail.keys()) == {
        "To",
        "Subject",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
        "From",
        "Date",
    }
    assert "Bcc: e@x.example" in mail.get_content()


def test_reading_is_a_feature_of_its_own(alice: User, providers: Simulator) -> None:
    connect(alice, providers, "google", ["mail.send"])
    (mailbox,) = mailboxes.of(alice)
    assert mailbox.can == {"mail.send"}
    providers.order("clear_log")
    for ask in (mailbox.messages, lambda: mailbox.read("x")):
        with pytest.raises(FeatureOff, match="Read your mailbox"):
            ask()
    assert not providers.requests()


def _part(kind: str, text: str, charset: str = "utf-8", **more: Any) -> dict[str, Any]:
    data = base64.urlsafe_b64encode(text.encode(charset)).decode().rstrip("=")
    header = {"name": "Content-Type", "value": f"{kind}; charset={charset}"}
    return {"mimeType": kind, "headers": [header], "body": {"data": data}, **more}


def _nested(deep: int) -> dict[str, Any]:
    part = _part("text/plain", "deep down")
    for _ in range(deep):
        part = {"mimeType": "multipart/mixed", "parts": [part]}
    return part


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (_part("text/plain", "Grüße", "latin-1"), "Grüße"),
        (_part("text/plain", "Привіт", "koi8-u"), "Привіт"),
        ({}, ""),
        (_part("text/html", "<p>Tea &amp; cake</p>"), "Tea & cake"),
        (
            {
                "mimeType": "multipart/mixed",
                "parts": [
                    _part("text/plain", "attached", filename="a.txt"),
                    {
                        "mimeType": "multipart/alternative",
                        "parts": [
                            _part("text/html", "<b>rich</b>"),
                            _part("text/plain", "plain"),
                        ],
                    },
                ],
            },
            "plain",
        ),
        (
            {
                "mimeType": "multipart/alternative",
                "parts": [_part("text/plain", " \n"), _part("text/html", "<b>r</b>")],
            },
            "r",
        ),
        (_nested(5), "deep down"),
        (_nested(40), ""),
        ({"mimeType": "text/plain", "body": {"data": "!"}}, ""),
        ({"mimeType": "text/plain", "body": {"attachmentId": "x"}}, ""),
        ({"mimeType": "text/plain", "body": None, "parts": "none"}, ""),
        ("nothing", ""),
        (_part("text/plain", "x" * 99_999), "x" * 19_999 + "…"),
    ],
)
def test_the_text_of_a_gmail_is_found_whatever_it_is_made_of(
    payload: Any, text: str, alice: User, providers: Simulator
) -> None:
    google = opened(alice, providers, "google")
    body = {"id": "a", "payload": payload, "internalDate": "soon"}
    path = "/gmail/v1/users/me/messages/a"
    providers.order("fault", path=path, kind="answer", body=body)
    read = google.read("a")
    assert (read.text, read.at) == (text, None)


def test_headers_are_read_whoever_wrote_them(alice: User, providers: Simulator) -> None:
    google = opened(alice, providers, "google")
    headers = {
        "From": "=?utf-8?q?Carol_D=C3=ADaz?= <carol@example.org>",
        "To": "a@example.com, Bob <b@example.com>, nonsense",
        "Subject": "=?iso-8859-1?q?Gr=FC=DFe?= =?utf-8?b?8J+YgA==?=\u202e\x1b",
    }
    rows = [{"name": name, "value": value} for name, value in headers.items()]
    body = {"id": "a", "payload": {"headers": rows}, "snippet": "Tom &amp; J&#39;s"}
    path = "/gmail/v1/users/me/messages/a"
    providers.order("fault", path=path, kind="answer", body=body)
    read = google.read("a")
    assert (read.sender, read.sender_name) == ("carol@example.org", "Carol Díaz")
    assert read.subject == "Grüße😀"
    assert read.to[:2] == ("a@example.com", "b@example.com")
    assert read.begins == "Tom & J's"


def test_html_of_outlook_is_read_as_text(alice: User, providers: Simulator) -> None:
    outlook = opened(alice, providers, "microsoft")
    html = "<html><head><style>p{}</style></head><body><p>Tea</p><p>Cake</p></body>"
    body = {"id": "a", "body": {"contentType": "html", "content": html}, "from": 7}
    path = "/v1.0/me/messages/a"
    providers.order("fault", path=path, kind="answer", body=body)
    read = outlook.read("a")
    assert (read.text, read.sender) == ("Tea\n\nCake", "")


def test_half_a_character_is_mailed_to_nobody(
    mailbox: Mailbox, providers: Simulator
) -> None:
    providers.order("clear_log")
    for asks in (
        lambda: mailbox.messages(words="\ud83d"),
        lambda: mailbox.send(to=["bob@example.com"], subject="\ud83d", text="Hi"),
        lambda: mailbox.draft(to=["bob@example.com"], subject="Hi", text="\ud83d"),
    ):
        with pytest.raises(Invalid, match="nobody can read"):
            asks()
    assert providers.requests() == []


def test_what_is_no_list_is_no_empty_inbox(
    mailbox: Mailbox, providers: Simulator
) -> None:
    body = {"messages": {"a": 1}, "value": {"a": 1}}
    providers.order("fault", path="*", kind="answer", body=body)
    with pytest.raises(Refused):
        mailbox.messages()
