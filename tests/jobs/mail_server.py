"""A real SMTP server on loopback, with bad days."""

import asyncio
import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from apps.jobs import smtp

TAKEN = "250 Message accepted for delivery"


class MailServer:
    """What it answers is changed while it runs; what it has taken is `mails`.

    `to_recipient` and `to_data`: the answers of the next letters, the last one for all
    that follow; "hang" says nothing more, "drop" hangs up, "slowly" waits for `goes_on`.
    """

    def __init__(self) -> None:
        self.to_recipient = ["250 OK"]
        self.to_data = [TAKEN]
        self.mails: list[Message] = []
        self.seen: list[str] = []
        self.hangs = False
        self.goes_on = False
        self.port = 0

    def ids(self) -> list[str]:
        return [str(each["Message-ID"]) for each in self.mails]

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        answer = await self._said(server, self.to_recipient)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        letter = email.message_from_bytes(content)
        self.seen.append(str(letter["Message-ID"]))
        # Taken, and then not said so: the sender cannot know.
        is_taken = self.to_data[0].startswith(("250", "taken"))
        if is_taken:
            self.mails.append(letter)
        return await self._said(server, self.to_data)

    async def _said(self, server: SMTP, answers: list[str]) -> str:
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if "hang" in answer:
            self.hangs = True
            await asyncio.sleep(3600)
        if "slowly" in answer:
            self.hangs = True
            while not self.goes_on:
                await asyncio.sleep(0.02)
        if "drop" in answer:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return answer


@contextmanager
def running(settings: Settings) -> Iterator[MailServer]:
    """Letters are handed over there, and it is waited for a second."""
    made = MailServer()
    with socket.create_server(("127.0.0.1", 0)) as free:
        made.port = free.getsockname()[1]
    controller = Controller(made, hostname="127.0.0.1", port=made.port)
    controller.start()
    settings.POST_BACKEND = f"{smtp.__name__}.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", made.port
    settings.EMAIL_TIMEOUT = 1
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    try:
        yield made
    finally:
        controller.stop()
