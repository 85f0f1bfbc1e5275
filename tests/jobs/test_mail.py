"""Letters are rows before they are sent, and a mail server may have its bad days."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.core import rotation, vault
from apps.jobs import (
    dead_letters,
    jobs,
    leases,
    mail,
    rules,
    runner,
    suppressions,
    watch,
)
from apps.jobs.models import Alert, Job, JobFailure, Letter, Suppression
from apps.jobs.sweeper import sweep
from tests import post
from tests.jobs import mail_server, workers
from tests.jobs.chores import tasks as chores
from tests.jobs.chores.models import Effect
from tests.jobs.mail_server import MailServer
from tests.jobs.workers import PLAIN, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

TO = "dora@example.com"


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server.running(settings) as made:
        yield made


def write(to: str = TO, **about: Any) -> None:
    letter = EmailMultiAlternatives("Hello", "Your code is ABCD-1234", to=[to])
    letter.attach_alternative("<p>ABCD-1234</p>", "text/html")
    mail.post(letter, name="hello", **about)


def only() -> Letter:
    return Letter.objects.get()


def try_again() -> None:
    """As if the wait were over."""
    Job.objects.filter(state="waiting").update(due_at=timezone.now())
    post.send()


def until_over() -> None:
    while Job.objects.filter(state="waiting").exists():
        try_again()


# --- the queue -------------------------------------------------------------------------


def test_a_letter_is_sent_as_it_was_written(server: MailServer) -> None:
    write()
    assert only().state == "queued"
    post.send()
    (got,) = server.mails
    assert (got["Subject"], got["To"]) == ("Hello", TO)
    assert got.get_content_type() == "multipart/alternative"
    letter = only()
    assert (letter.state, letter.reason) == ("sent", "")
    assert letter.provider_id == got["Message-ID"]
    assert letter.finished_at and Job.objects.get().state == "done"


def test_it_stands_or_falls_with_what_it_is_about() -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert not Letter.objects.exists() and not Job.objects.exists()


def test_its_words_lie_nowhere_and_are_gone_once_it_is_sent(server: MailServer) -> None:
    write()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT jobs_letter::text || jobs_job::text FROM jobs_letter, jobs_job"
        )
        assert "ABCD" not in cursor.fetchone()[0]
    write("carl@example.com")
    first, second = Letter.objects.order_by("pk")
    with pytest.raises(vault.Unreadable):
        vault.unseal(first.sealed, place=f"jobs.letter:{second.public_id}")
    post.send()
    assert set(Letter.objects.values_list("sealed", flat=True)) == {""}


def test_waiting_words_are_sealed_anew_under_a_newer_key(
    settings: Settings, server: MailServer
) -> None:
    write()
    newer = "a" * 43 + "="
    settings.FIELD_ENCRYPTION_KEYS = f"k9:{newer},{settings.FIELD_ENCRYPTION_KEYS}"
    assert [became for _, became in rotation.rotate(mail.SEALED)] == ["sealed anew"]
    assert only().sealed.startswith("k9.")
    post.send()
    assert len(server.mails) == 1


def test_what_django_sends_goes_the_same_way(
    settings: Settings, server: MailServer
) -> None:
    settings.EMAIL_BACKEND = "apps.jobs.mail.EmailBackend"
    send_mail("Hello", "Words", None, [TO, "carl@example.com"])
    assert Letter.objects.count() == 2
    post.send()
    assert sorted(each["To"] for each in server.mails) == ["carl@example.com", TO]
    with_file = EmailMessage("Hello", "Words", to=[TO])
    with_file.attach("list.csv", "a,b", "text/csv")
    with pytest.raises(ValueError, match="attachments"):
        with_file.send()


def test_a_letter_costs_two_statements(django_assert_num_queries: Any) -> None:
    with transaction.atomic(), django_assert_num_queries(2):
        write()
    with transaction.atomic(), django_assert_num_queries(2):
        write(has_reader=False)


# --- bad days --------------------------------------------------------------------------


def test_greylisting_is_waited_out(server: MailServer) -> None:
    server.to_recipient = ["451 4.7.1 Greylisted, come back later", "250 OK"]
    write()
    post.send()
    letter, job = only(), Job.objects.get()
    assert (letter.state, job.state) == ("queued", "waiting")
    assert letter.reason == "451 4.7.1 Greylisted, come back later"
    assert job.error == "smtp_451" and job.due_at > timezone.now()
    assert not server.mails
    try_again()
    assert only().state == "sent" and len(server.mails) == 1


def test_a_letter_that_is_refused_is_not_tried_again(server: MailServer) -> None:
    server.to_data = ["550 5.2.1 https://switchboard.example/x is not read"]
    write()
    post.send()
    letter = only()
    assert (letter.state, letter.sealed) == ("refused", "")
    assert letter.reason == "550 5.2.1 (link) is not read"
    assert Job.objects.get().state == "done"
    assert suppressions.of(TO) is None


def test_a_mailbox_that_is_not_there_is_not_written_to_again(
    server: MailServer,
) -> None:
    server.to_recipient = [f"550 5.1.1 <{TO}>: no such user", "250 OK"]
    write()
    post.send()
    assert only().reason == "550 5.1.1 (address) no such user"
    write("Dora@Example.com")
    post.send()
    second = Letter.objects.latest("pk")
    assert second.state == "refused" and second.sealed == ""
    assert "It said: 550 5.1.1 (address) no such user" in second.reason
    assert not server.mails


@pytest.mark.parametrize("reply", ["550 5.2.1 Switched off", "550 No", "550 5.1.0 No"])
def test_a_refusal_of_another_kind_suppresses_nobody(
    server: MailServer, reply: str
) -> None:
    server.to_recipient = [reply]
    write()
    post.send()
    assert only().state == "refused" and not Suppression.objects.exists()
    assert not_taken() == 0


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.7.1 You may not",
        "554 5.7.1 Relay access denied",
        "550 5.7.0 Must issue a STARTTLS command first",
        "553 5.1.8 Sender address rejected",
        "530 Authentication required",
        "535 Who are you",
        "550 Relaying is prohibited by 5.1.1.1",
        "554 No",
    ],
)
def test_a_refusal_that_is_about_us_waits_until_somebody_has_seen_to_it(
    server: MailServer, reply: str
) -> None:
    server.to_recipient = [reply, reply, reply, "250 OK"]
    for _ in range(3):
        write()
    post.send()
    assert set(Letter.objects.values_list("state", "reason")) == {("queued", reply)}
    assert Job.objects.filter(state="waiting").count() == 3
    assert not Suppression.objects.exists() and not server.mails
    watch.look()
    assert Alert.objects.get(mark="mail.refused").state == "firing"
    try_again()
    assert len(server.mails) == 3 and not_taken() == 0


def not_taken() -> float | None:
    return rules.every()["mail.refused"].measure()


def test_a_server_that_says_nothing_is_left_when_the_time_is_up(
    server: MailServer,
) -> None:
    server.to_recipient = ["hang", "250 OK"]
    write()
    post.send()
    assert only().reason == "No answer: SMTPServerDisconnected."
    try_again()
    assert only().state == "sent" and len(server.mails) == 1


def test_a_server_that_hangs_up_after_the_text_gets_the_same_letter_again(
    server: MailServer,
) -> None:
    server.to_data = ["drop", mail_server.TAKEN]
    write()
    post.send()
    assert only().state == "queued"
    try_again()
    assert only().state == "sent" and len(server.mails) == 1
    assert len(server.seen) == 2 and len(set(server.seen)) == 1


def test_a_server_that_is_away_loses_nothing(settings: Settings) -> None:
    with mail_server.running(settings):
        pass
    write()
    post.send()
    assert only().reason == "No answer: ConnectionRefusedError."
    assert JobFailure.objects.get().sentence == "The letter was not taken."
    with mail_server.running(settings) as back:
        try_again()
        assert only().state == "sent" and len(back.mails) == 1


def test_a_dead_letter_can_be_sent_back_while_its_words_are_there(
    server: MailServer, ada: User
) -> None:
    server.to_recipient = ["421 Too busy"]
    write()
    until_over()
    sweep()
    job = Job.objects.get()
    assert (job.state, only().state, job.attempts) == ("dead", "failed", 8)
    assert only().sealed
    server.to_recipient = ["250 OK"]
    dead_letters.requeue(by=ada, job=job, reason="the server is back")
    runner.drain("mail")
    assert only().state == "sent" and len(server.mails) == 1


@pytest.mark.parametrize("how", ["dropped", "old"])
def test_the_words_of_what_is_given_up_are_destroyed(
    server: MailServer, ada: User, how: str
) -> None:
    server.to_recipient = ["421 Too busy"]
    write()
    until_over()
    sweep()
    if how == "dropped":
        dead_letters.drop(by=ada, job=Job.objects.get(), reason="not needed")
    else:
        Letter.objects.update(finished_at=timezone.now() - timedelta(days=8))
    sweep()
    assert (only().state, only().sealed) == ("failed", "")


def test_a_letter_that_the_vault_does_not_open_is_dead_not_lost(
    server: MailServer,
) -> None:
    write()
    Letter.objects.update(sealed="k1.AAAA")
    until_over()
    sweep()
    assert Job.objects.get().error == "Unreadable"
    assert only().state == "failed" and not server.mails


@pytest.mark.parametrize(
    ("at", "seen"), [("to_recipient", 1), ("to_data", 2)], ids=["before", "in the text"]
)
def test_a_worker_killed_while_it_sends_sends_nothing_twice(
    server: MailServer, monkeypatch: pytest.MonkeyPatch, at: str, seen: int
) -> None:
    setattr(server, at, ["hang", "250 OK"])
    kill_while_it_sends(server, monkeypatch)
    assert only().state == "sent"
    assert len(server.mails) == 1 and len(server.seen) == seen


def test_a_worker_that_is_gone_before_its_job_is_over_sends_nothing_twice(
    server: MailServer,
) -> None:
    """The letter is marked before the connection is closed and the job ends."""
    write()
    lease = leases.claim("mail")
    assert lease is not None
    mail.deliver(str(only().public_id))
    Job.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    sweep()
    runner.drain("mail")
    job = Job.objects.get()
    assert (job.state, job.attempts, job.deaths) == ("done", 2, 1)
    assert len(server.mails) == 1 and only().state == "sent"


def test_one_killed_before_it_heard_that_the_letter_is_taken_sends_one_that_shows_it(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one case in which nobody can know: the mailbox can tell by the Message-ID."""
    server.to_data = ["taken hang", mail_server.TAKEN]
    kill_while_it_sends(server, monkeypatch)
    assert only().state == "sent"
    assert len(server.mails) == 2 and len(set(server.ids())) == 1


def test_a_worker_that_thaws_after_another_has_sent_it_sends_nothing(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.to_recipient = ["250 slowly", "250 OK"]
    monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{server.port}")
    write()
    with workers.running(PLAIN) as (frozen,):
        wait_until(lambda: server.hangs)
        os.kill(frozen.pid, signal.SIGSTOP)
        Job.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
        sweep()
        with workers.running(PLAIN):
            wait_until(lambda: only().state == "sent")
        server.goes_on = True
        os.kill(frozen.pid, signal.SIGCONT)
        jobs.enqueue(chores.note, "it is through with the letter")
        wait_until(lambda: Effect.objects.filter(pid=frozen.pid).exists())
    assert len(server.mails) == 1 and len(server.seen) == 1
    assert only().state == "sent"


def kill_while_it_sends(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker of its own meets the server's first answer; another takes over."""
    monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{server.port}")
    write()
    with workers.running(PLAIN) as (first,):
        wait_until(lambda: server.hangs)
        workers.kill(first)
    with workers.running(PLAIN):
        wait_until(lambda: bool(sweep()) or only().state == "sent")


# --- suppression -----------------------------------------------------------------------


def test_a_proof_is_tried_where_letters_bounced_and_not_where_they_were_complained_of(
    server: MailServer,
) -> None:
    suppressions.suppress(TO, "bounce")
    write(is_proof=True)
    post.send()
    assert only().state == "sent"
    suppressions.suppress(TO, "complaint")
    write(is_proof=True)
    post.send()
    assert Letter.objects.latest("pk").state == "refused"


def test_a_complaint_outweighs_a_bounce(db: None) -> None:
    assert suppressions.suppress("Dora@example.com", "bounce", "full")
    assert not suppressions.suppress(TO, "bounce")
    assert suppressions.suppress(TO, "complaint")
    assert not suppressions.suppress(TO, "bounce")
    found = suppressions.of(TO)
    assert found and found.why == "complaint" and "unwanted" in found.sentence
