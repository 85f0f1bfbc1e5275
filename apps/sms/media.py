"""Pictures and files that people text: fetched, looked at, kept, taken from the carrier.

Only of somebody we know, only from the carrier's own hosts and our own account, and only
what is of a kind and size that a phone sends. What a file says of itself counts for
nothing: its first bytes tell what it is.
"""

import base64
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_noop

from apps.core.errors import OutsideFailure
from apps.core.kinds import Queue, job
from apps.core.logs import logger
from apps.jobs import jobs
from apps.sms import gateway
from apps.sms.models import InboundText, MediaFile

# Twilio's own limit for what carriers pass on.
MOST_BYTES = 5_000_000
_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"#!AMR", "audio/amr"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
)
# ISO media files tell by the brand behind "ftyp".
_BRANDS = {
    b"heic": "image/heic",
    b"mif1": "image/heic",
    b"M4A ": "audio/mp4",
    b"3gp4": "video/3gpp",
    b"3gp5": "video/3gpp",
    b"mp41": "video/mp4",
    b"mp42": "video/mp4",
    b"isom": "video/mp4",
    b"qt  ": "video/quicktime",
}


def expect(texts: Iterable[InboundText]) -> None:
    """Ask for the files of somebody's texts. Belongs into the turn's transaction."""
    files = [
        MediaFile(text=text, user_id=text.user_id, position=position)
        for text in texts
        if text.user_id is not None
        for position in range(len(text.media))
    ]
    MediaFile.objects.bulk_create(files, ignore_conflicts=True)
    for each in files:
        jobs.enqueue(
            keep, each.text_id, each.position, key=f"{each.text_id}:{each.position}"
        )


@job("sms.keep_media", queue=Queue.BULK, seconds=60)
def keep(text_id: int, position: int) -> None:
    """Fetch one file, and have it deleted at the carrier."""
    found = MediaFile.objects.select_related("text", "user")
    file = found.filter(text=text_id, position=position).first()
    if file is None or file.state != MediaFile.State.WAITING:
        return
    if not file.user.is_active:
        return _refuse_for_good(file, gettext_noop("the account is closed"))
    address = file.text.media[position]["url"]
    try:
        came = gateway.current().fetch(
            address, sid=file.text.sid, most_bytes=MOST_BYTES
        )
    except OutsideFailure as error:
        if not error.permanent:
            raise
        return _refuse_for_good(file, error.sentence)
    with transaction.atomic():
        if content_type := kind_of(came.content):
            file.content, file.size = came.content, len(came.content)
            file.content_type, file.state = content_type, MediaFile.State.KEPT
            file.save()
        else:
            _refuse(file, gettext_noop("It is of no kind that is kept."))
        _forget_later(file)


@transaction.atomic
def _refuse_for_good(file: MediaFile, why: str) -> None:
    _refuse(file, why)
    _forget_later(file)


def _forget_later(file: MediaFile) -> None:
    where = (file.text_id, file.position)
    jobs.enqueue(forget, *where, key=f"{file.text_id}:{file.position}")


@job("sms.forget_media", queue=Queue.BULK, seconds=60)
def forget(text_id: int, position: int) -> None:
    """Delete Twilio's copy: it is ours now, or nobody's."""
    text = InboundText.objects.filter(pk=text_id).first()
    if text is None:
        return
    try:
        gateway.current().forget(text.media[position]["url"], sid=text.sid)
    except OutsideFailure as error:
        # What is no file of this text was not fetched either.
        if not error.permanent:
            raise


def kind_of(content: bytes) -> str:
    """The type that the first bytes tell; an empty string for one that is not kept."""
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12], "")
    return ""


def in_base64(file: MediaFile) -> str:
    """For an export, which is text."""
    return base64.b64encode(bytes(file.content)).decode()


def _refuse(file: MediaFile, why: str) -> None:
    MediaFile.objects.filter(pk=file.pk).update(
        state=MediaFile.State.REFUSED, why=why[:100]
    )
    logger.info("sms_media_refused", file=str(file.public_id), why=why)
