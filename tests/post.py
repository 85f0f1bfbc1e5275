"""The worker that sends letters, whenever a test looks for them."""

from typing import Any

from django.core.mail import EmailMessage

from apps.jobs import leases, runner
from apps.jobs.models import Letter


def send() -> None:
    """What a worker does about the letters that wait, here and now."""
    while Letter.objects.filter(
        state=Letter.State.QUEUED, job__state="waiting"
    ).exists():
        lease = leases.claim("mail")
        if lease is None:
            return
        runner.run(lease)


class Outbox(list[EmailMessage]):
    """`mail.outbox`: what is queued is sent before anybody looks. What is sent comes
    in by `append`, which looks at nothing."""

    def __getitem__(self, index: Any) -> Any:
        send()
        return super().__getitem__(index)

    def __iter__(self) -> Any:
        send()
        return super().__iter__()

    def __reversed__(self) -> Any:
        send()
        return super().__reversed__()

    def __len__(self) -> int:
        send()
        return super().__len__()

    def pop(self, *index: Any) -> Any:
        send()
        return super().pop(*index)

    def clear(self) -> None:
        send()
        super().clear()
