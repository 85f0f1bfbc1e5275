"""What answers a text on an ordinary day: one task each, with the ORM and the SDK."""

import os
import re
from datetime import timedelta

from celery import Celery
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from bench.usual.models import Message, Reminder

celery = Celery("usual", broker=os.environ["REDIS_URL"])
celery.conf.task_ignore_result = True
celery.conf.task_acks_late = True
_WORDS = re.compile(r"remind me to (?P<what>.+) tomorrow at (?P<hour>\d+)")


class Redirected(TwilioHttpClient):  # type: ignore[misc]
    def request(self, method: str, url: str, *args: object, **kwargs: object) -> object:
        base = os.environ["TWILIO_API_BASE"]
        url = url.replace("https://api.twilio.com", base)
        return super().request(method, url, *args, **kwargs)


twilio = Client(
    os.environ["TWILIO_ACCOUNT_SID"],
    settings.TWILIO_AUTH_TOKEN,
    http_client=Redirected(pool_connections=True),
)


@celery.task(name="usual.answer")
def answer(pk: int) -> None:
    message = Message.objects.select_related("user", "phone").get(pk=pk)
    if message.reply_sid or not message.user or not message.user.is_active:
        return
    found = _WORDS.search(message.body)
    if found is None:
        body = "Sorry, I did not understand that."
    else:
        at = timezone.now() + timedelta(days=1)
        at = at.replace(hour=int(found["hour"]), minute=0, second=0, microsecond=0)
        with transaction.atomic():
            reminder = Reminder.objects.create(
                user=message.user, text=found["what"], due_at=at
            )
        body = f"I'll remind you to {reminder.text} at {reminder.due_at:%H:%M}."
    sent = twilio.messages.create(
        to=message.from_number,
        from_=message.to_number,
        body=body,
        status_callback=f"{settings.PUBLIC_URL}/webhooks/twilio/status/",
    )
    message.reply, message.reply_sid = body, sent.sid
    message.replied_at = timezone.now()
    message.save()
