"""Sums of people from before are told apart by country and error code, as far as the texts
themselves still say it. The rest, and times, stay in no country."""

from django.db import migrations

# No drain meanwhile. What waits to be added is in the texts, and not yet in the sums.
APART = """
SELECT pg_advisory_xact_lock(hashtext('analytics.drain'));
CREATE TEMP TABLE apart ON COMMIT DROP AS
SELECT coalesce(user_id, 0) AS user_id, (at AT TIME ZONE 'UTC')::date AS day, direction,
    kind, country, status, error_code, sum(texts) AS texts, sum(segments) AS segments,
    sum(micros) AS micros
FROM (
    SELECT created_at AS at, user_id, 'out' AS direction, kind, country,
        sms_status(state, delivery) AS status, error_code, 1 AS texts,
        segments::int AS segments, 0::bigint AS micros
    FROM sms_outboundtext WHERE our_number <> 'web'
    UNION ALL
    SELECT coalesce(spent_at, at), user_id, 'in', 'text', country, 'received', '', 1,
        segments, 0
    FROM sms_charge WHERE what = 'in'
    UNION ALL
    SELECT CASE WHEN what = 'in' THEN coalesce(spent_at, at) ELSE at END, user_id, what,
        '', country, '', '', 0, 0, micros
    FROM sms_charge WHERE micros <> 0
    UNION ALL
    SELECT at, user_id, direction, kind, country, status, error_code, -texts, -segments,
        -micros
    FROM sms_delta
) changes
WHERE (country <> '' OR error_code <> '')
    AND EXISTS (SELECT FROM analytics_personday p
                WHERE p.user_id = coalesce(changes.user_id, 0)
                  AND p.day = (changes.at AT TIME ZONE 'UTC')::date)
GROUP BY 1, 2, 3, 4, 5, 6, 7
HAVING sum(texts) <> 0 OR sum(segments) <> 0 OR sum(micros) <> 0;
INSERT INTO analytics_personday (user_id, day, direction, kind, country, status,
    error_code, texts, segments, micros)
SELECT user_id, day, direction, kind, country, status, error_code, texts, segments,
    micros
FROM apart
UNION ALL
SELECT user_id, day, direction, kind, '', status, '', -sum(texts), -sum(segments),
    -sum(micros)
FROM apart GROUP BY user_id, day, direction, kind, status
ON CONFLICT (user_id, day, direction, kind, country, status, error_code)
DO UPDATE SET
    texts = analytics_personday.texts + excluded.texts,
    segments = analytics_personday.segments + excluded.segments,
    micros = analytics_personday.micros + excluded.micros;
"""
TOGETHER = """
SELECT pg_advisory_xact_lock(hashtext('analytics.drain'));
CREATE TEMP TABLE together ON COMMIT DROP AS
SELECT user_id, day, direction, kind, status, sum(texts) AS texts,
    sum(segments) AS segments, sum(micros) AS micros
FROM analytics_personday GROUP BY 1, 2, 3, 4, 5;
TRUNCATE analytics_personday;
INSERT INTO analytics_personday (user_id, day, direction, kind, country, status,
    error_code, texts, segments, micros)
SELECT user_id, day, direction, kind, '', status, '', texts, segments, micros
FROM together;
CREATE TEMP TABLE waits ON COMMIT DROP AS
SELECT user_id, day, bucket, sum(times) AS times FROM analytics_personspeed
GROUP BY 1, 2, 3;
TRUNCATE analytics_personspeed;
INSERT INTO analytics_personspeed (user_id, day, country, bucket, times)
SELECT user_id, day, '', bucket, times FROM waits;
"""


class Migration(migrations.Migration):
    dependencies = [("analytics", "0003_people_by_country")]

    operations = [migrations.RunSQL(APART, TOGETHER)]
