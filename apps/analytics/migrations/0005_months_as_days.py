"""What went to a person in a month is what went on its days: nothing that the carrier
refused, or that is still here."""

from django.db import migrations

AGAIN = """
SELECT pg_advisory_xact_lock(hashtext('analytics.drain'));
UPDATE analytics_personmonth m SET went = coalesce((
    SELECT sum(texts) FROM analytics_personday d
    WHERE d.user_id = m.user_id AND d.day >= m.month
        AND d.day < m.month + interval '1 month'
        AND d.direction = 'out' AND {which}
), 0);
"""
TAKEN = """d.status IN ('accepted', 'delivered', 'partially_delivered', 'queued', 'read',
    'scheduled', 'sending', 'sent', 'undelivered')"""
BEFORE = "d.status <> 'canceled'"


class Migration(migrations.Migration):
    dependencies = [("analytics", "0004_days_told_apart")]

    operations = [
        migrations.RunSQL(AGAIN.format(which=TAKEN), AGAIN.format(which=BEFORE))
    ]
