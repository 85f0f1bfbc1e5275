"""An event as the bytes a digest is made of, and the Merkle tree over the digests.

RFC 6962, section 2.1: a leaf is SHA-256 of 0x00 and its bytes, a node of 0x01 and both
children. The bytes are PostgreSQL's own binary forms, each text with its length before
it, so no two events have the same ones. They hold what is sealed as it lies there: a
destroyed key changes nothing.

Hashing is done here, not in the database: whoever could change the events could change
a function there too.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from django.db import connection

LEAF_BYTES = 40  # eight of the id, 32 of the digest
_CHUNK = 5_000
# What PostgreSQL counts microseconds from.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# 2200: later ones, and what is infinite, no calendar knows.
_BEYOND = (datetime(2200, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)


_PEOPLE = ("actor_id", "on_behalf_of_id", "subject_id")
# Ids begin at 1, so -1 stands for nobody. Where it stands in the table itself, or another
# number that is no person's, the transaction goes in as none: not what was signed, and
# no event that can be.
_XID = f"CASE WHEN least({', '.join(_PEOPLE)}) < 1 THEN -1 ELSE xid END"


def _number(name: str) -> str:
    return f"int8send(coalesce({name}, -1))"


def _text(name: str, sent: str) -> str:
    return (
        f"int4send(coalesce(octet_length({sent}), -1)) || coalesce({sent}, ''::bytea)"
    )


# Layout 1. Another set of columns is layout 2 and leaves this one as it is.
LAYOUT_1 = " || ".join(
    [
        "int8send(id)",
        f"int8send({_XID})",
        "timestamptz_send(at)",
        "int2send(layout)",
        *(_text(name, f"textsend({name})") for name in ("action", "outcome")),
        *map(_number, _PEOPLE),
        *(
            _text(name, f"textsend({name})")
            for name in ("obj_type", "obj_id", "reason", "request_id")
        ),
        "textsend(via::text)",
        *(_text(name, name) for name in ("origin", "details")),
    ]
)
_EVENTS = f"SELECT id, {LAYOUT_1} FROM rbac_auditevent WHERE {{where}} ORDER BY id"


class Leaf(NamedTuple):
    """Of a million these are made, so what is seldom asked is only cut out when asked."""

    id: int
    head: bytes  # transaction and time
    digest: bytes

    @property
    def xid(self) -> int:
        return int.from_bytes(self.head[:8], "big", signed=True)

    @property
    def is_possible(self) -> bool:
        """Whether it can be at all. The database refuses what is not (migrations 0005 and
        0006); its owner can have put it there."""
        return self.id > 0 and self.xid >= 0 and 0 <= self._micros < _BEYOND

    @property
    def at(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self._micros)

    @property
    def _micros(self) -> int:
        return int.from_bytes(self.head[8:], "big", signed=True)

    @property
    def month(self) -> date:
        return self.at.date().replace(day=1)


def stream(
    where: str = "true", values: Mapping[str, Any] | None = None
) -> Iterator[Leaf]:
    """Events in the order of their ids, as they were when the stream began.

    Inside a transaction. A million pass in constant memory, by a cursor of the server.
    """
    connection.ensure_connection()
    sha256 = hashlib.sha256
    with connection.connection.cursor("audit", binary=True) as cursor:
        cursor.execute(_EVENTS.format(where=where), values)
        while rows := cursor.fetchmany(_CHUNK):
            for id_, raw in rows:
                yield Leaf(id_, raw[8:24], sha256(b"\0" + raw).digest())


def root(digests: Iterable[bytes]) -> bytes:
    """The Merkle root; of nothing, the digest of nothing."""
    level = list(digests)
    if not level:
        return hashlib.sha256().digest()
    sha256 = hashlib.sha256
    while len(level) > 1:
        odd = [level.pop()] if len(level) % 2 else []
        left, right = level[::2], level[1::2]
        level = [sha256(b"\1" + a + b).digest() for a, b in zip(left, right)] + odd
    return level[0]


def packed(found: Iterable[Leaf]) -> bytes:
    """The list of a seal: eight bytes of id and the digest, of each."""
    return b"".join(
        [id_.to_bytes(8, "big", signed=True) + digest for id_, _, digest in found]
    )


def split(leaves: bytes) -> Iterator[tuple[int, bytes]]:
    """Id and digest of each."""
    for start, end in pairwise(range(0, len(leaves) + 1, LEAF_BYTES)):
        one = leaves[start:end]
        yield int.from_bytes(one[:8], "big", signed=True), one[8:]
