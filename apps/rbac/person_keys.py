"""A data key for each person, so that what was recorded of them can become unreadable.

The events stay for ever as they were sealed; what is personal in them is AES-256-GCM-SIV
under a key of the person's own, and that key lies here, sealed by the vault. `destroy`
puts nothing in its place. Person 0 is nobody in particular: what strangers left behind
goes with the month it was recorded in.
"""

import base64
import os
import time
from collections.abc import Collection, Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from apps.core import vault
from apps.core.logs import logger
from apps.core.rotation import Sealed
from apps.rbac import apart
from apps.rbac.models import PersonKey

NOBODY = 0
_KEY_BYTES, _NONCE_BYTES = 32, 12
# For sealing only: what is read asks the table, so a destroyed key is gone at once.
# After ten minutes another process notices too; what it sealed until then nobody opens.
_FRESH_SECONDS, _MANY = 600, 4096
_known: dict[int, tuple[float, AESGCMSIV]] = {}
SEALED = Sealed(PersonKey, place=lambda row: _place(row.person_id))


def for_sealing(people: Collection[int], cursor: CursorWrapper) -> dict[int, AESGCMSIV]:
    """A key for each; made at the first event of a person, once and for all processes.

    For somebody whose key was destroyed or does not open, one that is thrown away after
    use: the event stands, and nobody reads what is private in it.
    """
    now = time.monotonic()
    found = {who: kept[1] for who in people if (kept := _kept(who, now))}
    missing = set(people) - found.keys()
    if not missing:
        return found
    stored = _stored(missing, cursor)
    if new := missing - stored.keys():
        with apart.cursor() as own:
            _make(new, own)
            stored |= _stored(new, own)
    for who, sealed in stored.items():
        key = _opened(who, sealed)
        found[who] = key or _throwaway()
        if key:
            _keep(who, key, now)
    return found


def for_reading(people: Collection[int]) -> dict[int, AESGCMSIV]:
    """The keys that still exist, and open."""
    with connection.cursor() as cursor:
        stored = _stored(set(people), cursor)
    opened = {who: _opened(who, sealed) for who, sealed in stored.items()}
    return {who: key for who, key in opened.items() if key}


def broken() -> Iterator[int]:
    """Whose key is there and does not open: overwritten, or its ring key is gone."""
    rows = PersonKey.objects.exclude(sealed=None).order_by("person_id")
    for row in rows.iterator():
        try:
            _unsealed(row.person_id, row.sealed or "")
        except ValueError:
            yield row.person_id


def destroy(person_id: int) -> None:
    """What was recorded of this person is unreadable from the commit on, for ever.

    In the caller's transaction: it stands exactly when the deletion stands.
    """
    with apart.cursor() as own:
        # A row that is not there yet cannot be marked, and another process could still
        # make it.
        _make({person_id}, own)
    PersonKey.objects.filter(person_id=person_id).update(
        sealed=None, destroyed_at=timezone.now()
    )
    _known.pop(person_id, None)


def seal(key: AESGCMSIV, plain: bytes, *, place: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + key.encrypt(nonce, plain, place.encode())


def forget(instance: Any, **_: Any) -> None:
    """Whoever deletes a person, however it is done, destroys their key with them."""
    destroy(instance.pk)


def unseal(key: AESGCMSIV, sealed: bytes, *, place: str) -> bytes | None:
    """None when this key does not open it: the one it had was destroyed."""
    nonce, box = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return key.decrypt(nonce, box, place.encode())
    except (InvalidTag, ValueError):
        return None


def _stored(people: Collection[int], cursor: CursorWrapper) -> dict[int, str | None]:
    cursor.execute(
        "SELECT person_id, sealed FROM rbac_personkey WHERE person_id = ANY(%s)",
        [list(people)],
    )
    return dict(cursor.fetchall())


def _make(people: Collection[int], cursor: CursorWrapper) -> None:
    """The first to come wins, the others read what it made."""
    rows = [(who, vault.seal(_new_key(), place=_place(who))) for who in sorted(people)]
    cursor.executemany(
        "INSERT INTO rbac_personkey (person_id, sealed) VALUES (%s, %s)"
        " ON CONFLICT DO NOTHING",
        rows,
    )


def _new_key() -> str:
    return base64.b64encode(os.urandom(_KEY_BYTES)).decode()


def _throwaway() -> AESGCMSIV:
    return AESGCMSIV(os.urandom(_KEY_BYTES))


def _opened(who: int, sealed: str | None) -> AESGCMSIV | None:
    """None for a key that was destroyed or does not open."""
    if sealed is None:
        return None
    try:
        return _unsealed(who, sealed)
    except ValueError:
        logger.error("person_key_unreadable", person=who)
        return None


def _unsealed(who: int, sealed: str) -> AESGCMSIV:
    """Raises ValueError: `vault.Unreadable`, or what opens is no key."""
    return AESGCMSIV(base64.b64decode(vault.unseal(sealed, place=_place(who))))


def _place(who: int) -> str:
    return f"rbac.personkey:{who}"


def _kept(who: int, now: float) -> tuple[float, AESGCMSIV] | None:
    kept = _known.get(who)
    return kept if kept and now - kept[0] < _FRESH_SECONDS else None


def _keep(who: int, key: AESGCMSIV, now: float) -> None:
    if len(_known) >= _MANY:
        _known.clear()
    _known[who] = (now, key)
