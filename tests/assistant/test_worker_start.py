"""What a worker has read before its first text."""

import pytest
from celery import current_app

from apps.assistant import commands, phrases
from apps.assistant.tasks import learn
from apps.sms import bell


@pytest.fixture
def unread() -> None:
    commands._indexed.cache_clear()


def test_a_worker_that_answers_texts_knows_every_language(unread: None) -> None:
    assert bell.is_answered_here()
    learn()
    assert commands._indexed.cache_info().currsize == len(phrases.languages())


def test_one_of_other_queues_is_spared_it(
    unread: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current_app.amqp.queues, "_consume_from", {"mail": "mail"})
    learn()
    assert commands._indexed.cache_info().currsize == 0
