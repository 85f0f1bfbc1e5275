"""What bucket a time falls into; and what becomes of the sums of those who leave: they go
on in the sums of all who have left, so that no total changes."""

from django.db import migrations

SQL = """
CREATE FUNCTION analytics_bucket(ms integer) RETURNS smallint
LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE WHEN ms < 1 THEN 0
        ELSE least(200, floor(ln(ms) / ln(1.1::double precision))) END::smallint
$$;

CREATE FUNCTION analytics_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_personday
        (user_id, day, direction, kind, status, texts, segments, micros)
    SELECT -1, day, direction, kind, status, sum(texts), sum(segments), sum(micros)
    FROM gone WHERE user_id > 0 GROUP BY day, direction, kind, status
    ORDER BY day, direction, kind, status
    ON CONFLICT (user_id, day, direction, kind, status) DO UPDATE SET
        texts = analytics_personday.texts + excluded.texts,
        segments = analytics_personday.segments + excluded.segments,
        micros = analytics_personday.micros + excluded.micros;
    RETURN NULL;
END
$$;
CREATE TRIGGER former_day AFTER DELETE ON analytics_personday
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_left();
"""
NO_SQL = """
DROP TRIGGER former_day ON analytics_personday;
DROP FUNCTION analytics_left();
DROP FUNCTION analytics_bucket(integer);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0001_initial"),
        # Whose changes are added up.
        ("sms", "0039_how_long_it_took"),
        ("assistant", "0016_tool_deltas"),
        ("integrations", "0004_deltas_do_not_grow_old"),
    ]

    operations = [migrations.RunSQL(SQL, NO_SQL)]
