"""Everything that is kept of a person as a ZIP file: each table as JSON and as CSV.

Written from front to back, row by row; nothing of it is held whole.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts.models import User
from apps.core import dossier, numerals, spreadsheet
from apps.core.dossier import Kept
from apps.jobs import progress

# For the console and programs; a person reads it by `told`.
_SAID = "Writing {}, {:,} rows"
_READ = re.compile(r"Writing (?P<table>.+), (?P<rows>[\d,]+) rows")


class Sink(Protocol):
    def write(self, data: bytes, /) -> int: ...

    def flush(self) -> None: ...


def write(sink: Sink, user: User) -> None:
    """Says how far it is; raises progress.Cancelled when it need not go on."""
    tables = dossier.handed_out()
    files = [(kept, form) for kept in tables for form in _FORMS]
    target: Any = sink
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _readme(user, tables))
        for done, (kept, form) in enumerate(files):
            about = ZipInfo(f"{kept.name}.{form}", timezone.now().timetuple()[:6])
            about.compress_type = ZIP_DEFLATED
            # A file may be larger than the 4 GiB that a plain entry can say.
            with archive.open(about, "w", force_zip64=True) as entry:
                for rows, line in enumerate(_FORMS[form](kept, user)):
                    entry.write(spreadsheet.sayable(line).encode())
                    progress.say(done, len(files), _SAID.format(kept.called, rows))


def told(said: str) -> str:
    """How far it is, as said above, in the language of the page."""
    if not (read := _READ.fullmatch(said)):
        return said
    names = {kept.called: kept.name for kept in dossier.handed_out()}
    table = gettext(names.get(read["table"], read["table"])).replace("-", " ")
    rows = numerals.shown(read["rows"])
    return gettext("Writing %(table)s, %(rows)s rows") % {"table": table, "rows": rows}


def _json(kept: Kept, user: User) -> Iterator[str]:
    between = "[\n"
    for row in kept.rows(user):
        yield between + json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
        between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"


def _csv(kept: Kept, user: User) -> Iterator[str]:
    yield spreadsheet.line(kept.columns)
    for row in kept.rows(user):
        yield spreadsheet.line(row.values())


_FORMS: dict[str, Callable[[Kept, User], Iterator[str]]] = {"json": _json, "csv": _csv}


def _readme(user: User, tables: tuple[Kept, ...]) -> str:
    own = "\n".join(f"{kept.name}\n    {kept.words}" for kept in tables)
    closed = [kept for kept in dossier.every() if not kept.name]
    others = "\n".join(
        f"{str(kept.model._meta.verbose_name).lower()}\n    {kept.words}"
        for kept in closed
    )
    return f"""What Switchboard keeps of {user.email}
{settings.PUBLIC_URL}
Begun {timezone.now():%Y-%m-%d %H:%M} UTC

Each table is here twice: NAME.json for programs, NAME.csv for a spreadsheet. Times are
UTC. In the CSV an apostrophe stands before what a spreadsheet would take for a formula,
such as a telephone number with its plus; the JSON has every value as it is.

{own}


What is about you and not handed out, and why
---------------------------------------------

{others}
"""
