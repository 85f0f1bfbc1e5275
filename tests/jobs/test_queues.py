"""Nothing waits behind what takes long, and an alarm not behind what it is about."""

import secrets
import socket
from collections.abc import Iterator

import pytest
from django.core.mail import EmailMessage

from apps.accounts.models import User
from apps.core import heartbeats
from apps.core.models import Heartbeat
from apps.core.redis import connection as redis
from apps.jobs import jobs, mail, runner
from apps.jobs.models import Job
from apps.sms import bell, inbox
from apps.sms.models import OutboundText
from tests.factories import PhoneNumberFactory
from tests.jobs import workers
from tests.jobs.chores import tasks as chores
from tests.jobs.chores.models import Effect
from tests.jobs.workers import celery, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "+12025550199"


def text(body: str) -> None:
    inbox.receive(
        {
            "MessageSid": f"SM{secrets.token_hex(16)}",
            "From": NUMBER,
            "To": "+12025550100",
            "Body": body,
        }
    )
    bell.ring_now()


@pytest.fixture
def silent_mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A mail server that is reached and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{port}")
        yield


def letter_is_tried() -> bool:
    return Job.objects.filter(kind="jobs.letter", state="running").exists()


@pytest.mark.usefixtures("silent_mail")
def test_texts_are_answered_while_a_mail_server_says_nothing(alice: User) -> None:
    PhoneNumberFactory.create(user=alice, e164=NUMBER)
    for _ in range(3):
        mail.post(EmailMessage("Hello", "Words", to=["dora@example.com"]))
    with workers.running(celery("messages", "default"), celery("mail", name="mail")):
        wait_until(letter_is_tried)
        for count in (1, 2):
            text("reminders")
            wait_until(lambda: answers() == count, seconds=5)
        assert letter_is_tried()


def answers() -> int:
    return OutboundText.objects.count()


def test_a_worker_says_that_it_lives_for_its_queues_and_no_others() -> None:
    with workers.running(celery("messages", "default")):
        wait_until(lambda: Heartbeat.objects.count() == 2)
    assert heartbeats.troubles_of_workers(heartbeats.ages()) == [
        "no worker of bulk has started",
        "no worker of mail has started",
        "no worker of webhooks has started",
    ]


def test_a_worker_of_an_older_release_passes_the_bell_on() -> None:
    older = ("env", "OLDER_RELEASE=1", *celery("bulk", name="older"))
    with workers.running(older, celery("bulk", name="newer")):
        wait_until(lambda: heartbeats.is_alive("worker:bulk"))
        for count in range(1, 7):
            jobs.enqueue(chores.new, "x")
            # Nobody sweeps here.
            wait_until(lambda: Effect.objects.count() == count, seconds=15)


def test_the_bell_is_passed_on_once_and_not_at_once() -> None:
    jobs.enqueue(chores.new, "x")
    wait_until(lambda: rings() == 1)
    Job.objects.update(kind="chores.of_tomorrow")
    for _ in range(3):
        assert runner.drain("bulk") == 0
    assert rings() == 1
    wait_until(lambda: rings() == 2)
    Job.objects.update(state="cancelled")
    redis().delete("jobs:bulk:bell:others")
    runner.drain("bulk")
    assert not redis().exists("jobs:bulk:bell:others")


def rings() -> int:
    return int(redis().llen("celery:bulk"))
