"""What was said with a person, read from both tables by one statement, and no more of it
than a conversation shows.

Of the rows that come back the other columns are fetched when they are asked for.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from apps.accounts.models import User
from apps.core import prepared, query
from apps.sms.models import InboundText, OutboundText, Turn

Both = tuple[list[InboundText], list[OutboundText]]
# A condition on the rows of a table, and its value.
Where = tuple[str, Any]

_IN = ("id", "turn_id", "number", "body", "keyword", "num_media", "received_at")
_OUT = (
    *("id", "turn_id", "number", "body", "kind", "segments", "created_at"),
    *("state", "delivery", "error_code"),
)
# With why its turn had no reply, and as many columns as the other table.
_CAME = (
    f"SELECT 'in', {', '.join(f'text.{name}' for name in _IN)}, turn.silence, '', ''"
    " FROM sms_inboundtext text LEFT JOIN sms_turn turn ON turn.id = text.turn_id"
)
_WENT = f"SELECT 'out', {', '.join(f'text.{name}' for name in _OUT)} FROM sms_outboundtext text"
_BODY = f"translate(lower(text.body), '{query.ACCENTS}', '{query.PLAIN}')"
_REPLY = (
    f"SELECT turn.finished_at, {', '.join(f'text.{name}' for name in _OUT)}"
    " FROM sms_turn turn LEFT JOIN sms_outboundtext text"
    " ON text.turn_id = turn.id AND text.user_id = %s WHERE turn.id = %s"
)


def newest(
    user: User,
    *,
    direction: str = "",
    number: str = "",
    words: Sequence[str] = (),
    came: Where | None = None,
    went: Where | None = None,
    limit: int,
    is_back: bool = False,
) -> Both:
    """At most `limit` of each table, the newest first, or the oldest; with `direction`
    of one alone. `came` and `went` say from where on."""
    parts, values = [], []
    for way, begin in (("in", came), ("out", went)):
        if direction in ("", way):
            where = [begin[0]] if begin else []
            parts.append(_page(way, is_back, bool(number), len(words), *where))
            values += [user.pk, *([number] if number else [])]
            values += [f"%{_literal(query.plain(word))}%" for word in words]
            values += [begin[1], limit] if begin else [limit]
    return _told(prepared.rows(" UNION ALL ".join(parts), values))


def one(user: User, direction: str, pk: int) -> InboundText | OutboundText | None:
    """That of this id."""
    start = _CAME if direction == "in" else _WENT
    statement = f"{start} WHERE text.user_id = %s AND text.id = %s"
    came, went = _told(prepared.rows(statement, [user.pk, pk]))
    both: list[InboundText | OutboundText] = [*came, *went]
    return both[0] if both else None


def reply(user: User, turn_id: int) -> tuple[OutboundText | None, bool]:
    """Ours to what came in a turn, and whether that turn is over: both at one moment, so
    one that is over has its reply."""
    found = prepared.rows(_REPLY, [user.pk, turn_id])
    if not found:
        return None, False
    ((finished_at, pk, *more),) = found
    ours = prepared.instance(OutboundText, _OUT, [pk, *more]) if pk else None
    return ours, finished_at is not None


@lru_cache(maxsize=256)
def _page(way: str, is_back: bool, has_number: bool, words: int, *where: str) -> str:
    asked = ["text.user_id = %s"]
    asked += ["text.number = %s"] * has_number
    asked += [f"{_BODY} LIKE %s"] * words
    asked += [f"text.{each}" for each in where]
    start = _CAME if way == "in" else _WENT
    conditions = " AND ".join(asked)
    order = "text.id" if is_back else "text.id DESC"
    return f"({start} WHERE {conditions} ORDER BY {order} LIMIT %s)"


def _literal(word: str) -> str:
    """As it stands in a pattern."""
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _told(rows: Iterable[Sequence[Any]]) -> Both:
    came, went = [], []
    for way, *row in rows:
        if way == "in":
            came.append(_text(row))
        else:
            went.append(prepared.instance(OutboundText, _OUT, row))
    return came, went


def _text(row: Sequence[Any]) -> InboundText:
    found = prepared.instance(InboundText, _IN, row[: len(_IN)])
    silence = row[len(_IN)]
    # One that is gone says nothing, and is none.
    turn = None if silence is None else _turn(found.turn_id, silence)
    InboundText._meta.get_field("turn").set_cached_value(found, turn)
    return found


def _turn(pk: int | None, silence: str) -> Turn:
    return prepared.instance(Turn, ("id", "silence"), (pk, silence))
