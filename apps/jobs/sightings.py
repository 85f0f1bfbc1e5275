"""What somebody sees to be the matter becomes an alert, goes on as one, or comes back as
one: by three statements, however much is seen at once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

# Whoever was told that it is over need not be told of each slip back.
SAME_WITHIN = timedelta(minutes=10)

_SAID = """
WITH said AS (
    SELECT mark, title, severity, words, coalesce(ends_at, now() + %(ends_in)s) AS ends_at
    FROM unnest(%(marks)s::text[], %(titles)s::text[], %(severities)s::text[],
        %(words)s::text[], %(ends)s::timestamptz[])
        AS given (mark, title, severity, words, ends_at)
)
"""
_GOES_ON = f"""
{_SAID}
UPDATE jobs_alert alert SET seen_at = now(), words = said.words, ends_at = said.ends_at
FROM said WHERE alert.source = %(source)s AND alert.mark = said.mark
    AND alert.state IN ('pending', 'firing', 'acknowledged')
RETURNING alert.mark
"""
# Without a word, if it was over only just now. What somebody ended is another one.
_COMES_BACK = f"""
{_SAID}, latest AS (
    SELECT DISTINCT ON (mark) id, mark, ended FROM jobs_alert
    WHERE source = %(source)s AND mark = ANY(%(marks)s)
        AND resolved_at > now() - %(same_within)s
    ORDER BY mark, id DESC
)
UPDATE jobs_alert alert SET state = 'firing', resolved_at = NULL, ended = '',
    ends_at = said.ends_at, seen_at = now(), words = said.words,
    came_back = came_back + 1, back_at = now(),
    quiet_since = coalesce(quiet_since, now())
FROM said JOIN latest USING (mark)
WHERE alert.id = latest.id AND alert.state = 'resolved'
    AND latest.ended IN ('', 'over', 'unseen')
RETURNING alert.mark
"""
_BEGINS = f"""
{_SAID}
INSERT INTO jobs_alert (source, mark, title, severity, words, ends_at, state)
SELECT %(source)s, mark, title, severity, words, ends_at, 'pending' FROM said
ON CONFLICT DO NOTHING
RETURNING mark
"""


class Seen(NamedTuple):
    """That something is the matter. `ends_at`: over then, unless it is seen again."""

    mark: str
    title: str
    severity: str
    words: str
    ends_at: datetime | None = None


@transaction.atomic
def note(source: str, seen: Iterable[Seen], ends_in: timedelta | None = None) -> None:
    """`ends_in`: for those that do not say when they end. Of one mark the last word
    counts."""
    left = {each.mark: each for each in seen}
    with connection.cursor() as cursor:
        # Two who say the same in another order would wait for each other's rows.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('jobs.sightings'))")
        for statement in (_GOES_ON, _COMES_BACK, _BEGINS):
            if not left:
                return
            cursor.execute(statement, _values(source, left.values(), ends_in))
            for (mark,) in cursor.fetchall():
                del left[mark]


def _values(
    source: str, seen: Iterable[Seen], ends_in: timedelta | None
) -> dict[str, Any]:
    marks, titles, severities, words, ends = map(list, zip(*seen, strict=True))
    return {
        "source": source,
        "marks": marks,
        "titles": [each[:120] for each in titles],
        "severities": [each[:20] for each in severities],
        "words": [each[:500] for each in words],
        "ends": ends,
        "ends_in": ends_in,
        "same_within": SAME_WITHIN,
    }
