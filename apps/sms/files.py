"""A picture or file that came with a text, for its person."""

import mimetypes
from uuid import UUID

from django.http import HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext

from apps.accounts.models import User
from apps.core.errors import NotFound
from apps.sms.models import MediaFile


def of(user: User, public_id: UUID) -> MediaFile:
    """Raises NotFound, also for one that was not kept."""
    own = MediaFile.objects.filter(user=user, state=MediaFile.State.KEPT)
    found = own.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(gettext("There is no such file."))
    return found


def answer(file: MediaFile) -> HttpResponse:
    """A picture to look at, or a file to save. A browser runs nothing of it."""
    answer = HttpResponse(bytes(file.content), content_type=file.content_type)
    how = "inline" if file.is_picture else "attachment"
    ending = mimetypes.guess_extension(file.content_type) or ""
    answer["Content-Disposition"] = f'{how}; filename="{file.public_id}{ending}"'
    answer["X-Content-Type-Options"] = "nosniff"
    add_never_cache_headers(answer)
    return answer
