"""The number of an event is drawn as it is written, and nobody can bring one."""

from django.db import migrations

# An INSERT could bring any number that the sequence had passed: one that a rollback had
# left free, or that of another event, at another time. Whether a number is fresh cannot
# be told afterwards, so it is no default any more but drawn here. The transaction is a
# default still, and so filled in before: whoever has the greater number must not have
# the older transaction (apps/rbac/seals.py).
GUARD = """
CREATE OR REPLACE FUNCTION rbac_audit_is_of_now() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.at BETWEEN clock_timestamp() - interval '10 minutes'
                  AND clock_timestamp() + interval '10 minutes'
        AND NEW.xid = pg_current_xact_id()::text::bigint
        AND NEW.id IS NULL THEN
        NEW.id := nextval('rbac_auditevent_id_seq');
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'INSERT into rbac_auditevent is refused: time, transaction and'
        ' number are given by the database' USING ERRCODE = 'restrict_violation';
END $$;
ALTER TABLE rbac_auditevent ALTER COLUMN id DROP DEFAULT;
"""
# As in 0005.
UNGUARD = """
ALTER TABLE rbac_auditevent
    ALTER COLUMN id SET DEFAULT nextval('rbac_auditevent_id_seq');
CREATE OR REPLACE FUNCTION rbac_audit_is_of_now() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.at BETWEEN clock_timestamp() - interval '10 minutes'
                  AND clock_timestamp() + interval '10 minutes'
        AND NEW.xid = pg_current_xact_id()::text::bigint
        AND NEW.id <= pg_sequence_last_value('rbac_auditevent_id_seq') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'INSERT into rbac_auditevent is refused: time, transaction and'
        ' number are given by the database' USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [("rbac", "0006_events_are_of_people")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
