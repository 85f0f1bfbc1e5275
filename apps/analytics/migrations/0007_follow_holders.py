"""Whose roles change says so, and what goes from the sums of a person goes from those of
their roles. What is there is summed up once."""

from django.db import migrations

_SPLIT = "direction, kind, country, status, error_code"
SUMS = (
    (
        "analytics_personday",
        "analytics_roleday",
        f"day, {_SPLIT}",
        ("texts", "segments", "micros"),
    ),
    (
        "analytics_personspeed",
        "analytics_rolespeed",
        "day, country, bucket",
        ("times",),
    ),
    ("analytics_persontool", "analytics_roletool", "day, tool, outcome", ("calls",)),
)
CHANGES = """
CREATE FUNCTION analytics_holder_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO analytics_holderchange (user_id)
    SELECT CASE WHEN TG_OP = 'DELETE' THEN OLD.user_id ELSE NEW.user_id END;
    RETURN NULL;
END
$$;
CREATE TRIGGER holder_changed AFTER INSERT OR DELETE ON accounts_user_groups
    FOR EACH ROW EXECUTE FUNCTION analytics_holder_changed();

-- Taken before any row is: who adds to the sums never waits for whoever deletes some.
CREATE FUNCTION analytics_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('analytics.drain'));
    RETURN NULL;
END
$$;
"""
NO_CHANGES = """
DROP TRIGGER holder_changed ON accounts_user_groups;
DROP FUNCTION analytics_holder_changed();
DROP FUNCTION analytics_alone();
"""
FILL = """
SELECT pg_advisory_xact_lock(hashtext('analytics.drain'));
INSERT INTO analytics_holder (user_id, group_id)
SELECT user_id, group_id FROM accounts_user_groups;
INSERT INTO analytics_countrymonth (user_id, month, country, came, went, micros)
SELECT user_id, date_trunc('month', day)::date, country,
    sum(CASE WHEN direction = 'in' THEN texts ELSE 0 END),
    sum(CASE WHEN direction = 'out' AND status IN ('accepted', 'delivered',
        'partially_delivered', 'queued', 'read', 'scheduled', 'sending', 'sent',
        'undelivered') THEN texts ELSE 0 END),
    sum(micros)
FROM analytics_personday WHERE user_id > 0 GROUP BY 1, 2, 3;
"""


def _subtracting(person: str, role: str, key: str, values: tuple[str, ...]) -> str:
    named = ", ".join(values)
    less = ", ".join(f"-sum({value})" for value in values)
    more = ", ".join(f"{value} = {role}.{value} + excluded.{value}" for value in values)
    return f"""
CREATE TRIGGER alone BEFORE DELETE ON {person}
    FOR EACH STATEMENT EXECUTE FUNCTION analytics_alone();
CREATE FUNCTION {person}_left_roles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO {role} (group_id, {key}, {named})
    SELECT group_id, {key}, {less} FROM gone JOIN analytics_holder USING (user_id)
    GROUP BY group_id, {key}
    ON CONFLICT (group_id, {key}) DO UPDATE SET {more};
    RETURN NULL;
END
$$;
CREATE TRIGGER left_roles AFTER DELETE ON {person} REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION {person}_left_roles();
INSERT INTO {role} (group_id, {key}, {named})
SELECT group_id, {key}, {", ".join(f"sum({value})" for value in values)}
FROM {person} JOIN analytics_holder USING (user_id) GROUP BY group_id, {key};
"""


def _not_subtracting(person: str) -> str:
    return f"""
DROP TRIGGER left_roles ON {person};
DROP FUNCTION {person}_left_roles();
DROP TRIGGER alone ON {person};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0006_sums_of_roles"),
        ("accounts", "0022_read_notifications"),
    ]

    operations = [
        migrations.RunSQL(
            CHANGES + FILL + "".join(_subtracting(*each) for each in SUMS),
            "".join(_not_subtracting(person) for person, *_ in SUMS) + NO_CHANGES,
        )
    ]
