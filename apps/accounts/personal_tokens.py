"""Tokens that people make for programs of their own: one long secret, shown once.

`sbpat_`, 40 random letters and digits, and six that follow from those, so that whoever
looks through code for secrets finds one and takes nothing else for it, and what was
mistyped costs no query. A token is bound to no sign-in. It ends with the password, when
the account is closed, frozen or suspended, and at its time; and it never proves who
somebody is, so nothing that needs a fresh proof is done with it.
"""

import hashlib
import re
import secrets
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from string import ascii_letters, digits
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts import letters
from apps.accounts.models import PersonalToken, User
from apps.accounts.tokens import BadToken
from apps.core import languages
from apps.core.errors import Conflict, NotFound
from apps.core.limits import Pace
from apps.rbac import audit
from apps.rbac import scopes as allowed

ADD, DELETE = "accounts.personaltoken.add", "accounts.personaltoken.delete"
PREFIX = "sbpat_"
_ALPHABET = digits + ascii_letters
_RANDOM, _CHECK = 40, 6
_SHAPE = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{_RANDOM}}})([0-9A-Za-z]{{{_CHECK}}})")
_LAST_USED_EVERY = timedelta(hours=1)
# Half of what its person may ask (core/pace.py): no program uses all of that up.
PACE = Pace("token", times=300, seconds=60)


def make(
    *, user: User, name: str, scopes: Sequence[str], days: int = PersonalToken.USUALLY
) -> tuple[PersonalToken, str]:
    """A new one, and what it is: nobody can say that again.

    Raises Conflict when there are too many, or the account was closed or taken back
    meanwhile.
    """
    said, mark = _new(), user.password_mark
    with transaction.atomic():
        # Of many at once each waits here for the others, and for whoever ends them all.
        user = User.objects.locked(user.pk)
        if not user.is_active or user.frozen_at or not user.is_password_mark(mark):
            raise Conflict
        if PersonalToken.objects.owned_by(user).count() >= PersonalToken.MOST:
            raise Conflict(
                gettext("You have %(most)s tokens. Take one back first.")
                % {"most": PersonalToken.MOST},
                code="too_many_tokens",
            )
        now = timezone.now()
        row = PersonalToken.objects.create(
            user=user,
            name=name.strip(),
            digest=_digest(said),
            ending=said[-4:],
            scopes=sorted(set(scopes)),
            password_mark=user.password_mark,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        audit.done(ADD, actor=user, obj=row, after={"scopes": row.scopes})
        with languages.speaking(user.locale):
            may = allowed.in_words(row.scopes)
        letters.tell(
            user,
            "token_made",
            may=may,
            until=letters.in_words(row.expires_at, user),
            tokens_url=letters.public(f"{settings.LOGIN_REDIRECT_URL}settings/tokens/"),
        )
    return row, said


def own(user: User) -> list[PersonalToken]:
    """The newest first; also those whose time is over, for a while."""
    found = list(PersonalToken.objects.owned_by(user).order_by("-pk"))
    for row in found:
        row.user = user
    return found


def revoke(*, user: User, public_id: UUID) -> None:
    """Dead with its next request. Raises NotFound."""
    with transaction.atomic():
        row = (
            PersonalToken.objects.owned_by(user)
            .select_for_update()
            .filter(public_id=public_id)
            .first()
        )
        if row is None:
            raise NotFound(gettext("That token is not there any more."))
        audit.done(DELETE, actor=user, obj=row)
        row.delete()


def revoke_all(user: User, since: datetime | None = None) -> None:
    """In the caller's transaction, which holds the person. Also those of before `since`
    (`on_revert.py`): whoever was in may have read them."""
    for row in PersonalToken.objects.owned_by(user):
        audit.done(DELETE, subject=user, obj=row)
        row.delete()


def is_one(raw: bytes) -> bool:
    """Whether it says that it is of this kind."""
    return raw.startswith(PREFIX.encode())


def opened(raw: bytes) -> PersonalToken:
    """The token with its person, one query. Raises BadToken, TooMany or Unavailable."""
    said = raw.decode("ascii", "replace")
    found = _SHAPE.fullmatch(said)
    if found is None or _check(found[1]) != found[2]:
        raise BadToken
    rows = PersonalToken.objects.select_related("user")
    row = rows.filter(digest=_digest(said)).first()
    if row is None or not row.is_good:
        raise BadToken
    PACE.charge(str(row.pk))
    _used(row)
    return row


def _used(row: PersonalToken) -> None:
    """Of many at once one writes."""
    now = timezone.now()
    before = now - _LAST_USED_EVERY
    if row.last_used_at is None or row.last_used_at <= before:
        lately = Q(last_used_at=None) | Q(last_used_at__lte=before)
        hour = now.replace(minute=0, second=0, microsecond=0)
        PersonalToken.objects.filter(lately, pk=row.pk).update(last_used_at=hour)


def _new() -> str:
    random = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    return f"{PREFIX}{random}{_check(random)}"


def _check(random: str) -> str:
    left, found = zlib.crc32(random.encode()), ""
    for _ in range(_CHECK):
        left, place = divmod(left, len(_ALPHABET))
        found = _ALPHABET[place] + found
    return found


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()
