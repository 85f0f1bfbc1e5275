"""A person's days have all that those of everybody have, so that a country of a role can
be told; times are by country as well."""

from django.db import migrations, models

LEFT = """
CREATE OR REPLACE FUNCTION analytics_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_personday (user_id, day, direction, kind, country, status,
        error_code, texts, segments, micros)
    SELECT -1, day, direction, kind, country, status, error_code, sum(texts),
        sum(segments), sum(micros)
    FROM gone WHERE user_id > 0
    GROUP BY day, direction, kind, country, status, error_code
    ORDER BY day, direction, kind, country, status, error_code
    ON CONFLICT (user_id, day, direction, kind, country, status, error_code)
    DO UPDATE SET
        texts = analytics_personday.texts + excluded.texts,
        segments = analytics_personday.segments + excluded.segments,
        micros = analytics_personday.micros + excluded.micros;
    RETURN NULL;
END
$$;
"""
LEFT_BEFORE = """
CREATE OR REPLACE FUNCTION analytics_left() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0002_buckets_and_former"),
        ("sms", "0040_times_and_opt_outs"),
    ]

    operations = [
        migrations.RemoveConstraint("personday", "one_sum_a_persons_day"),
        migrations.AddField(
            "personday", "country", models.CharField(blank=True, max_length=2)
        ),
        migrations.AddField(
            "personday", "error_code", models.CharField(blank=True, max_length=12)
        ),
        migrations.AddConstraint(
            "personday",
            models.UniqueConstraint(
                fields=[
                    "user_id",
                    "day",
                    "direction",
                    "kind",
                    "country",
                    "status",
                    "error_code",
                ],
                name="one_sum_of_a_persons_day",
            ),
        ),
        migrations.RunSQL(LEFT, LEFT_BEFORE),
        migrations.RemoveConstraint("personspeed", "one_speed_a_persons_day"),
        migrations.AddField(
            "personspeed", "country", models.CharField(blank=True, max_length=2)
        ),
        migrations.AddConstraint(
            "personspeed",
            models.UniqueConstraint(
                fields=["user_id", "day", "country", "bucket"],
                name="one_speed_of_a_persons_day",
            ),
        ),
        migrations.CreateModel(
            "CountrySpeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("bucket", models.SmallIntegerField()),
                ("times", models.BigIntegerField(default=0)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("day", models.DateField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country", "day", "bucket"),
                        name="one_speed_a_countrys_day",
                    )
                ],
            },
        ),
    ]
