"""Mail leaves beside the request that asked for it.

Talking to a mail server takes longer than anything else a page does, and mail goes only
to addresses that have an account: a stranger would read the difference off the clock.
A process that is killed loses what it has not sent yet; people ask for it again.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from apps.core.logs import logger

# Two, so that one slow delivery holds nobody up. They finish before the process ends.
_carriers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="post")


class EmailBackend(BaseEmailBackend):
    """Hands each message to a thread, which sends it through `POST_BACKEND`."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            _carriers.submit(_deliver, message)
        return len(email_messages)


def _deliver(message: EmailMessage) -> None:
    try:
        get_connection(settings.POST_BACKEND).send_messages([message])
    except Exception as error:
        # Whatever it is: nobody waits for this thread, and only the log would tell.
        logger.error("mail_not_sent", error=type(error).__name__)
