"""Was everybody answered, once and in order? Counted again from the rows, by the hour.

Every accepted text belongs to one turn; every turn has one reply, or a reason for none;
the turns of one person follow the order of their texts (docs/texting.md). Whatever does
not fit is counted as lost, doubled or unordered. All three are zero, or somebody is paged.
"""

from datetime import UTC, date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from apps.core.kinds import Queue, job
from apps.core.logs import logger
from apps.sms.models import AnsweredDay

# A text is answered within seconds. What waits for this long is not on its way.
GRACE = timedelta(minutes=15)
# It is counted by the hour; older figures say nothing of now.
LATELY = timedelta(hours=3)

_COUNTS = """
WITH texts AS MATERIALIZED (
    SELECT i.id, i.sid, i.user_id, i.number, i.turn_id, i.received_at,
           t.finished_at, t.silence, r.id AS reply_id,
           EXISTS (
               SELECT FROM user_phone_mappings m
               WHERE m.user_id = t.user_id AND m.e164 = t.number
                 AND m.verified_at <= i.received_at
           ) OR t.our_number = 'web' AS was_theirs
    FROM sms_inboundtext i
    LEFT JOIN sms_turn t ON t.id = i.turn_id
    LEFT JOIN sms_outboundtext r ON r.turn_id = t.id
    WHERE i.received_at >= %(since)s AND i.received_at < %(until)s
),
turns AS MATERIALIZED (
    SELECT DISTINCT turn_id, finished_at, silence, reply_id FROM texts
    WHERE turn_id IS NOT NULL
),
sent AS MATERIALIZED (
    SELECT id, lane_id, number, sent_at, provider_sid FROM sms_outboundtext
    WHERE sent_at >= %(since)s AND sent_at < %(until)s
      -- Written before, but no longer than a text may wait; the index is by that.
      AND created_at >= %(since)s - interval '1 day' AND created_at < %(until)s
),
-- Who has a phone linked is another lane from then on, so until then each is its own.
ordered AS (
    SELECT turn_id < lag(turn_id) OVER (
        PARTITION BY CASE WHEN was_theirs THEN user_id::text ELSE number END
        ORDER BY id
    ) AS is_late FROM texts
),
in_step AS (
    SELECT sent_at < lag(sent_at) OVER (
        PARTITION BY lane_id, number ORDER BY id
    ) AS is_late FROM sent
)
SELECT
    (SELECT count(*) FROM texts),
    (SELECT count(*) FROM turns),
    (SELECT count(reply_id) FROM turns),
    (SELECT count(*) FROM turns WHERE silence <> ''),
    (SELECT count(*) FROM texts WHERE finished_at IS NULL AND received_at < %(settled)s)
    + (SELECT count(*) FROM turns
       WHERE finished_at < %(settled)s AND silence = '' AND reply_id IS NULL)
    + (SELECT count(*) FROM sms_webhookcall c
       WHERE c.called_at >= %(since)s AND c.called_at < %(until)s
         AND c.outcome = 'new' AND c.via <> 'status' AND c.called_at < %(settled)s
         AND NOT EXISTS (SELECT FROM sms_inboundtext i WHERE i.sid = c.sid)),
    (SELECT count(*) FROM turns WHERE silence <> '' AND reply_id IS NOT NULL)
    + (SELECT count(*) FROM texts a WHERE EXISTS (
           SELECT FROM sms_inboundtext b WHERE b.sid = a.sid AND b.id < a.id))
    + (SELECT count(*) FROM sent WHERE EXISTS (
           SELECT FROM sms_deliveryevent e
           WHERE e.text_id = sent.id AND e.sid <> sent.provider_sid)),
    (SELECT count(*) FROM ordered WHERE is_late)
    + (SELECT count(*) FROM in_step WHERE is_late)
"""
_NAMES = ("texts", "turns", "replies", "silences", "lost", "doubled", "unordered")


def count(day: date) -> AnsweredDay:
    """Count one day (UTC), and keep what it came to. Today's so far, for today."""
    since = datetime.combine(day, time(), UTC)
    asked = {
        "since": since,
        "until": since + timedelta(days=1),
        "settled": timezone.now() - GRACE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, asked)
        counts = dict(zip(_NAMES, cursor.fetchone(), strict=True))
    found, _ = AnsweredDay.objects.update_or_create(day=day, defaults=counts)
    logger.info("answered_counted", day=str(day), **counts)
    return found


@job(
    "sms.audit",
    queue=Queue.BULK,
    seconds=600,
    schedulable="Count whether every text was answered once and in order",
)
def audit() -> None:
    """Yesterday, whose last texts have settled meanwhile, and today so far."""
    today = timezone.now().astimezone(UTC).date()
    for day in (today - timedelta(days=1), today):
        count(day)


def wrong() -> float | None:
    """How much of the last two days does not fit; None where nothing was counted
    lately."""
    since = timezone.now() - LATELY
    rows = AnsweredDay.objects.filter(checked_at__gt=since).order_by("-day")[:2]
    found = [row.lost + row.doubled + row.unordered for row in rows]
    return float(sum(found)) if found else None


def silent_for() -> float | None:
    """Hours since anything was counted; None where nothing ever was."""
    newest = AnsweredDay.objects.order_by("-day").first()
    if newest is None:
        return None
    return (timezone.now() - newest.checked_at).total_seconds() / 3_600
