"""How long Twilio's calls wait until they are acknowledged.

To write it with the call would be a second statement there. So each process adds up, and
a thread of its own writes every few seconds what came together, as changes like all
others (models/deltas.py). What a process that is killed had not written yet, a few
seconds, is lost; what the database did not take is tried again.
"""

import atexit
import threading
import time
from collections import Counter
from contextlib import suppress

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from apps.core.per_process import PerProcess
from apps.sms.models import Delta

STAGE = "webhook"
# A call that failed counts as the longest that Twilio waits for one.
FAILED_SECONDS = 15.0


def note(seconds: float) -> None:
    """Of one call."""
    _of_this_process().note(round(seconds * 1000))


def write() -> None:
    """What this process has counted since."""
    _of_this_process().write()


class _Counts:
    def __init__(self) -> None:
        self._counting = threading.Lock()
        self._times: Counter[int] = Counter()
        if settings.WEBHOOK_TIMES_EVERY:
            atexit.register(self._write_from_beside)
            threading.Thread(
                target=self._keep_writing, name="acknowledged", daemon=True
            ).start()

    def note(self, ms: int) -> None:
        with self._counting:
            self._times[ms] += 1

    def write(self) -> None:
        with self._counting:
            times, self._times = self._times, Counter()
        now = timezone.now()
        try:
            Delta.objects.bulk_create(
                Delta(at=now, stage=STAGE, ms=ms, times=many)
                for ms, many in times.items()
            )
        except (DatabaseError, InterfaceError):
            with self._counting:
                self._times += times
            raise

    def _keep_writing(self) -> None:
        while True:
            time.sleep(settings.WEBHOOK_TIMES_EVERY)
            if self._times:
                self._write_from_beside()

    def _write_from_beside(self) -> None:
        """With a connection of this moment: none is kept for it."""
        with suppress(DatabaseError, InterfaceError):
            self.write()
        connection.close()


_of_this_process = PerProcess(_Counts)
