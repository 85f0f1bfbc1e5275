"""Passwords that became known elsewhere: a sorted file, searched where it lies.

The file is the one of Have I Been Pwned (haveibeenpwned.com/Passwords): a line for each
password, its SHA-1 in upper-case hexadecimal, a colon and how often it was seen, in the
order of the hashes. It has tens of gigabytes, so it is never read as a whole: a lookup
halves what is left until one line is, about 35 reads for the full list.
"""

import os
import re
from dataclasses import dataclass
from hashlib import sha1

_LINE = re.compile(rb"([0-9A-F]{40}):\d{1,12}")
# No line is longer, its line end included.
_LONGEST = 64
# For `look_over`: enough to come by every part of the file.
_PROBES = 16


class BadList(Exception):
    """The file is no such list; what is wrong, in words."""


@dataclass(frozen=True)
class _Line:
    begin: int
    # Of the next one.
    end: int
    digest: bytes


def is_listed(password: str, path: str) -> bool:
    """Whether the list at `path` has it. Raises `BadList` or OSError."""
    digest = sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    return _has(digest.encode(), path)


def look_over(path: str) -> None:
    """Look up a few that lie all over the list. Raises `BadList` or OSError."""
    for step in range(_PROBES):
        _has(b"%X" % step + b"8" * 39, path)


def _has(digest: bytes, path: str) -> bool:
    with open(path, "rb", buffering=0) as file:
        low, high = 0, os.fstat(file.fileno()).st_size
        least, most = b"", b"G"
        if not high:
            raise BadList("it is empty")
        while low < high:
            line = _line_at(file.fileno(), (low + high) // 2)
            if not least < line.digest < most:
                raise BadList(f"it is not sorted around byte {line.begin}")
            if line.digest == digest:
                return True
            if line.digest < digest:
                low, least = line.end, line.digest
            else:
                high, most = line.begin, line.digest
    return False


def _line_at(file: int, place: int) -> _Line:
    """The line that the byte at `place` belongs to."""
    before = max(place - _LONGEST, 0)
    around = os.pread(file, 2 * _LONGEST, before)
    cut = around.rfind(b"\n", 0, place - before) + 1
    found, newline, _ = around[cut:].partition(b"\n")
    match = _LINE.fullmatch(found.removesuffix(b"\r"))
    if match is None:
        raise BadList(f"there is no line HASH:COUNT around byte {before + cut}")
    begin = before + cut
    return _Line(begin, begin + len(found) + len(newline), match[1])
