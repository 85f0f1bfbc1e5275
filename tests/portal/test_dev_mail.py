"""Mail of development is read in the browser, and nowhere else."""

import re
from pathlib import Path

import time_machine
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from apps.jobs import mail
from tests import post
from tests.portal.conftest import Worker

TEXT = "See https://switchboard.example/x or <i>"


def test_mail_is_listed_newest_first_and_read(db: None, mail_folder: Path) -> None:
    for second, subject in enumerate(("First", "Second <b>")):
        with time_machine.travel(f"2026-11-23T09:00:0{second}Z"):
            mail.post(EmailMessage(subject, TEXT, to=["a@b.cc"]))
            post.send()
    client = Client()
    page = client.get("/dev/mail/").content.decode()
    assert page.index("Second &lt;b&gt;") < page.index("First")
    newest = re.search(r"/dev/mail/[0-9a-f-]{36}/", page)
    assert newest is not None
    letter = client.get(newest[0]).content.decode()
    assert "a@b.cc" in letter and "&lt;i&gt;" in letter
    assert '<a href="https://switchboard.example/x"' in letter


def test_an_empty_folder_says_what_to_do(db: None, mail_folder: Path) -> None:
    assert "No mail yet" in Client().get("/dev/mail/").content.decode()


def test_a_message_that_is_gone_is_not_found(db: None, mail_folder: Path) -> None:
    gone = "/dev/mail/01939b00-0000-7000-8000-000000000000/"
    assert Client().get(gone).status_code == 404


def test_real_mail_is_not_shown(db: None, settings: Settings) -> None:
    settings.POST_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert Client().get("/dev/mail/").status_code == 404


def test_the_reader_waits_for_letters_that_are_on_their_way(
    transactional_db: None, mail_folder: Path, worker: Worker
) -> None:
    for number in range(5):
        mail.post(EmailMessage(f"Letter {number}", TEXT, to=["a@b.cc"]))
    page = Client().get("/dev/mail/").content.decode()
    assert all(f"Letter {number}" in page for number in range(5))


def test_without_a_worker_it_says_that_letters_wait(
    transactional_db: None, mail_folder: Path
) -> None:
    mail.post(EmailMessage("Stuck", TEXT, to=["a@b.cc"]))
    assert "wait for a worker" in Client().get("/dev/mail/").content.decode()
