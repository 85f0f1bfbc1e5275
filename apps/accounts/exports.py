"""A person takes away what is kept of them: asked for, made by a job, fetched, dropped.

The file lies in the database in parts that are sealed under the person's own key
(rbac/person_keys.py): workers and web servers share no disk, and whoever has a copy of
the database and not that key has nothing.
"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from apps.accounts import archive, guessing, letters
from apps.accounts.models import DataExport, ExportPart, User
from apps.core.errors import Conflict, NotFound, Unavailable
from apps.core.kinds import Queue, job
from apps.jobs import jobs, progress
from apps.rbac import audit, person_keys

KEPT_FOR = timedelta(days=7)
# Small enough that a server sending to many holds little, large enough for few queries.
PART_BYTES = 256 * 1024


def ask(*, user: User) -> DataExport:
    """Raises Conflict while one is being made, TooMany, Unavailable."""
    ticket = guessing.EXPORTS.charge(str(user.pk))
    try:
        with transaction.atomic():
            # One at a time: whoever asks at the same moment waits here.
            User.objects.locked(user.pk)
            _make_room(user)
            export = DataExport.objects.create(user=user)
            export.job_id = jobs.enqueue(make, export.pk, by=user)
            export.save(update_fields=["job"])
            jobs.enqueue(forget, export.pk, at=timezone.now() + KEPT_FOR)
            audit.done("accounts.export.ask", actor=user, obj=export)
    except Conflict:
        guessing.EXPORTS.give_back(str(user.pk), ticket)
        raise
    return export


def own(user: User) -> list[DataExport]:
    """Newest first; those that nobody wants any more are not there."""
    found = DataExport.objects.owned_by(user).order_by("-pk")
    gone = (DataExport.State.CANCELLED, DataExport.State.EXPIRED)
    return [export for export in found if export.state not in gone]


def one(user: User, public_id: UUID) -> DataExport:
    """Raises NotFound, also for one that is somebody else's."""
    export = DataExport.objects.owned_by(user).filter(public_id=public_id).first()
    if export is None or export.state == DataExport.State.EXPIRED:
        raise NotFound(gettext("That export is not there any more."))
    return export


def drop(*, export: DataExport) -> None:
    """What is being made stops, at its next word of progress; what is there is deleted
    with its file."""
    with transaction.atomic():
        # Under the same lock it becomes ready.
        row = DataExport.objects.select_for_update().filter(pk=export.pk).first()
        if row is None:
            return
        audit.done("accounts.export.drop", actor=export.user, obj=row)
        if row.ready_at or row.job_id is None or not jobs.cancel(row.job_id):
            row.delete()


def sent(export: DataExport) -> StreamingHttpResponse:
    """The file on its way. On record before its first byte leaves.

    Raises Conflict before it is ready, Unavailable when it cannot be opened.
    """
    if not export.is_ready:
        raise Conflict(gettext("That export is not ready."))
    key = person_keys.for_reading([export.user_id]).get(export.user_id)
    if key is None:
        raise Unavailable(gettext("That export cannot be opened. Ask for a new one."))
    audit.decided(
        "accounts.export.fetch", allowed=True, actor=export.user, obj=export, now=True
    )
    name = f"switchboard-data-{export.ready_at:%Y-%m-%d}.zip"
    return StreamingHttpResponse(
        _opened(export, key),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Length": str(export.size),
            "Cache-Control": "no-store",
        },
    )


@job(
    "accounts.export",
    queue=Queue.BULK,
    seconds=3_600,
    called=gettext_noop("the export of your data"),
)
def make(export_id: int) -> None:
    """Safe to run twice, also at the same time: each attempt has parts of its own, and
    the first that comes to the end is the file."""
    wanted = DataExport.objects.filter(ready_at=None, user__is_active=True)
    export = wanted.filter(pk=export_id).select_related("user").first()
    if export is None:
        return
    parts = _Parts(export, uuid4())
    try:
        archive.write(parts, export.user)
        parts.close()
    except BaseException:
        parts.discard()
        raise
    try:
        is_the_file = _finish(export, parts)
    except progress.Cancelled:
        parts.discard()
        raise
    if not is_the_file:
        parts.discard()


@job("accounts.forget_export", queue=Queue.BULK)
def forget(export_id: int) -> None:
    """Once it has expired, by the clock of the database, which the job was due by; and
    also what never became ready."""
    export = DataExport.objects.filter(pk=export_id).select_related("job").first()
    if export is None or export.state == DataExport.State.MAKING:
        return
    is_over = Q(expires_at=None) | Q(expires_at__lte=Now())
    DataExport.objects.filter(is_over, pk=export_id).delete()


def _make_room(user: User) -> None:
    for export in DataExport.objects.owned_by(user):
        if export.state == DataExport.State.MAKING:
            raise Conflict(gettext("An export is being made already."))
        if not export.is_ready:
            export.delete()


def _finish(export: DataExport, parts: "_Parts") -> bool:
    """Whether this attempt is the file: nobody was faster. What attempts that were
    killed have left goes. Raises Cancelled when it was dropped meanwhile."""
    now = timezone.now()
    until = now + KEPT_FOR
    with transaction.atomic():
        row = DataExport.objects.select_for_update().filter(pk=export.pk).first()
        if row is None or row.ready_at:
            return False
        if row.is_stopping:
            raise progress.Cancelled
        row.ready_at, row.expires_at = now, until
        row.attempt, row.size = parts.attempt, parts.size
        row.save(update_fields=["ready_at", "expires_at", "attempt", "size"])
        export.parts.exclude(attempt=parts.attempt).delete()
        jobs.enqueue(forget, export.pk, at=until)
        letters.tell(
            export.user,
            "export_ready",
            until=letters.in_words(until, export.user),
            data_url=letters.public(f"{settings.LOGIN_REDIRECT_URL}settings/data/"),
        )
    return True


def _opened(export: DataExport, key: AESGCMSIV) -> Iterator[bytes]:
    """Part by part: no cursor stays open while a slow line takes them."""
    parts = export.parts.filter(attempt=F("export__attempt"))
    sent, number = 0, 0
    while sent < export.size:
        part = parts.get(number=number)
        place = _place(export.pk, part.attempt, number)
        plain = person_keys.unseal(key, bytes(part.sealed), place=place)
        if plain is None:
            # The line breaks off, before the length that was promised.
            raise Unavailable
        yield plain
        sent, number = sent + len(plain), number + 1


class _Parts:
    """Takes what is written and puts it away in sealed parts."""

    def __init__(self, export: DataExport, attempt: UUID) -> None:
        self.export, self.attempt = export, attempt
        self.size = self._number = 0
        self._waiting = bytearray()
        with connection.cursor() as cursor:
            person_keys.for_sealing([export.user_id], cursor)
        found = person_keys.for_reading([export.user_id])
        if export.user_id not in found:
            raise Unavailable(gettext("There is no key to seal it under."))
        self._key = found[export.user_id]

    def write(self, data: bytes, /) -> int:
        self._waiting += data
        while len(self._waiting) >= PART_BYTES:
            self._put(bytes(self._waiting[:PART_BYTES]))
            del self._waiting[:PART_BYTES]
        return len(data)

    def flush(self) -> None:
        """Parts are full but the last."""

    def close(self) -> None:
        self._put(bytes(self._waiting))

    def discard(self) -> None:
        self.export.parts.filter(attempt=self.attempt).delete()

    def _put(self, plain: bytes) -> None:
        place = _place(self.export.pk, self.attempt, self._number)
        ExportPart.objects.create(
            export=self.export,
            attempt=self.attempt,
            number=self._number,
            sealed=person_keys.seal(self._key, plain, place=place),
        )
        self.size += len(plain)
        self._number += 1


def _place(export_id: int, attempt: UUID, number: int) -> str:
    return f"accounts.export:{export_id}:{attempt}:{number}"
