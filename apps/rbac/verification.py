"""Whether what was recorded still stands as it was sealed; else, what was touched first.

One pass over the seals and the events side by side. What no seal names must be waiting
for the next one by right (`seals.is_in_order`), or somebody put it there.
"""

import hashlib
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection, transaction
from django.utils import timezone

from apps.core.vault import Unreadable
from apps.rbac import leaves, person_keys, retirements, seals, signing_key
from apps.rbac.leaves import Leaf
from apps.rbac.models import (
    AuditAnchor,
    AuditEvent,
    AuditLeaves,
    AuditRetirement,
    AuditSeal,
    SigningKey,
)

# Whoever deletes a month makes a hundred thousand findings; the first ones tell.
MOST_FINDINGS = 20


@dataclass
class Report:
    findings: list[str] = field(default_factory=list)
    more_findings: int = 0
    events: int = 0
    seals: int = 0
    waiting: int = 0
    retired: list[tuple[date, int]] = field(default_factory=list)
    end: str = ""  # the digest of the last seal
    seconds: float = 0.0

    def found(self, words: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(words)
        else:
            self.more_findings += 1


def verify(*, expect: Collection[str] = (), key: str = "") -> Report:
    """`expect`: roots or digests that an outside log has; `key`: the public key it has.

    Everything is read as of one moment. Not inside a transaction.
    """
    started = time.monotonic()
    report = Report()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        public = _key(report, key)
        standing = _Standing(report, leaves.stream())
        retired = _retired(report, public)
        last = None
        wanted = {text.lower() for text in expect}
        for last in _chain(report, public):
            wanted -= {bytes(last.root).hex(), bytes(last.digest).hex()}
            if last.month not in retired:
                standing.compare(last)
        _look_at_end(report, last)
        if last is None:
            _look_for_seals(report)
        for text in sorted(wanted):
            report.found(f"no seal has the root {text}")
        standing.look_at_rest(last)
        for person_id in person_keys.broken():
            report.found(f"the key of person {person_id} does not open")
    report.seconds = time.monotonic() - started
    return report


def month_stands(month: date, where: str, values: Mapping[str, object]) -> int | None:
    """How many events of a month are sealed, if they are all there and untouched.

    None when something is not, or waits to be sealed. Inside a transaction.
    """
    report = Report()
    standing = _Standing(report, leaves.stream(where, values))
    for seal in AuditSeal.objects.filter(month=month).order_by("number"):
        standing.compare(seal)
    standing.look_at_rest(None)
    return None if report.findings or report.waiting else report.events


class _Standing:
    """The events as they stand, claimed by one seal after the other."""

    def __init__(self, report: Report, events: Iterator[Leaf]) -> None:
        self.report = report
        self._events = events
        self._reached = 0
        # Read, and not claimed yet: at most what is late or of another month.
        self._held: dict[int, Leaf] = {}

    def compare(self, seal: AuditSeal) -> None:
        """Name what differs between the seal's list and what is there."""
        row = AuditLeaves.objects.filter(pk=seal.number).first()
        packed = bytes(row.leaves) if row else b""
        if self._come_next(seal, packed):
            return
        self._read_to(seal.last_id)
        listed = list(leaves.split(packed))
        if leaves.root(digest for _, digest in listed) != bytes(seal.root):
            self.report.found(f"seal {seal.number}: its list is not the one it signed")
            listed = self._believed(seal)
        for id_, digest in listed:
            leaf = self._held.pop(id_, None)
            if leaf is None:
                self.report.found(f"event {id_} is gone; seal {seal.number} has it")
            elif leaf.digest != digest:
                self.report.found(f"event {id_} is not what seal {seal.number} signed")

    def look_at_rest(self, last: AuditSeal | None) -> None:
        """What no seal names."""
        for leaf in self._rest():
            if not leaf.is_possible:
                self.report.found(
                    f"event {leaf.id} is of an impossible number, person or time"
                )
            elif seals.is_in_order(leaf, last):
                self.report.waiting += 1
            else:
                self.report.found(f"event {leaf.id} was put among what was sealed")

    def _come_next(self, seal: AuditSeal, packed: bytes) -> bool:
        """Whether the next events are just those listed: nearly always, and quick."""
        if self._held or self._reached >= seal.first_id:
            return False
        found = list(islice(self._events, seal.count))
        digests = [leaf.digest for leaf in found]
        if found and leaves.packed(found) == packed:
            if leaves.root(digests) == bytes(seal.root):
                self.report.events += len(found)
                self._reached = seal.last_id
                return True
        for leaf in found:
            self._hold(leaf)
        return False

    def _read_to(self, last_id: int) -> None:
        if self._reached >= last_id:
            return
        for leaf in self._events:
            self._hold(leaf)
            if leaf.id >= last_id:
                break

    def _hold(self, leaf: Leaf) -> None:
        self.report.events += 1
        if leaf.id in self._held:
            self.report.found(f"event {leaf.id} is there twice")
        self._held[leaf.id] = leaf
        self._reached = leaf.id

    def _believed(self, seal: AuditSeal) -> list[tuple[int, bytes]]:
        """Without a list to go by, whatever stands between its ends is its own."""
        ends = range(seal.first_id, seal.last_id + 1)
        return [(id_, leaf.digest) for id_, leaf in self._held.items() if id_ in ends]

    def _rest(self) -> Iterator[Leaf]:
        yield from self._held.values()
        for leaf in self._events:
            self.report.events += 1
            yield leaf


def _chain(report: Report, key: Ed25519PublicKey | None) -> Iterator[AuditSeal]:
    """Every seal that is there, having looked at how it hangs on the one before."""
    number, digest, total = 0, seals.GENESIS, 0
    for seal in AuditSeal.objects.order_by("number").iterator(chunk_size=1_000):
        if seal.number != number + 1:
            gone = f"{number + 1}" + (
                f" to {seal.number - 1}" if seal.number > number + 2 else ""
            )
            report.found(f"seal {gone} is gone")
        elif bytes(seal.previous) != digest or seal.total != total + seal.count:
            report.found(f"seal {seal.number} does not follow seal {number}")
        said = seals.statement(seal)
        if hashlib.sha256(said).digest() != bytes(seal.digest):
            report.found(f"seal {seal.number} was changed")
        elif key and not signing_key.holds(key, bytes(seal.signature), said):
            report.found(f"seal {seal.number} is not signed by our key")
        number, digest, total = seal.number, bytes(seal.digest), seal.total
        report.seals += 1
        yield seal


def _look_at_end(report: Report, last: AuditSeal | None) -> None:
    report.end = bytes(last.digest).hex() if last else ""
    anchor = AuditAnchor.objects.filter(pk=1).first()
    ended = (anchor.number, bytes(anchor.digest)) if anchor else (0, b"")
    ends = (last.number, bytes(last.digest)) if last else (0, b"")
    if ended != ends:
        report.found(f"the chain ends at seal {ends[0]}; it did at seal {ended[0]}")


def _look_for_seals(report: Report) -> None:
    """Without a single seal nothing may be left of one, nor an event that is old."""
    if SigningKey.objects.exists():
        report.found("there is a signing key, and no seal is left")
    if AuditLeaves.objects.exists() or AuditRetirement.objects.exists():
        report.found("there is what a seal leaves behind, and no seal is left")
    since = timezone.now() - seals.SEALED_WITHIN
    old = AuditEvent.objects.filter(at__lt=since).order_by("id").values("id").first()
    if old is not None:
        hours = seals.SEALED_WITHIN // timedelta(hours=1)
        report.found(
            f"event {old['id']} is older than {hours} hours, and no seal is left"
        )


def _key(report: Report, given: str) -> Ed25519PublicKey | None:
    if given:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(given))
    try:
        key = signing_key.public()
    except (signing_key.Replaced, Unreadable) as error:
        report.found(f"the signing key: {error}")
        return None
    if key is None and AuditSeal.objects.exists():
        report.found("the signing key is gone")
    return key


def _retired(report: Report, key: Ed25519PublicKey | None) -> set[date]:
    """The months that were dropped by retention and by nobody else."""
    found = set()
    for each in AuditRetirement.objects.order_by("month"):
        said = retirements.statement(each)
        if key and not signing_key.holds(key, bytes(each.signature), said):
            report.found(f"{each.month:%Y-%m} was not retired by us")
            continue
        found.add(each.month)
        report.retired.append((each.month, each.count))
    return found
