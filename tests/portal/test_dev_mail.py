"""Mail of development is read in the browser, and nowhere else."""

import re
from pathlib import Path

import time_machine
from django.core.mail import send_mail
from django.test import Client
from pytest_django import Settings

TEXT = "See https://switchboard.example/x or <i>"


def test_mail_is_listed_newest_first_and_read(db: None, mail_folder: Path) -> None:
    for second, subject in enumerate(("First", "Second <b>")):
        with time_machine.travel(f"2026-11-23T09:00:0{second}Z"):
            send_mail(subject, TEXT, None, ["a@b.cc"])
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
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert Client().get("/dev/mail/").status_code == 404
