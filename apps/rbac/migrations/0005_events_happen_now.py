"""An event is of now, by its own transaction, under a number that was given out."""

from django.db import migrations

# One INSERT with an `at` of 'infinity', or a number years ahead, stopped sealing and every
# list for good. Ten minutes as in seals.CLOCKS: `at` is the clock's own at the insert,
# so only who writes it by hand is ever further away. The bounds hold also for who
# switches the trigger off; NOT VALID, because what is there is there.
GUARD = """
ALTER TABLE rbac_auditevent
    ADD CONSTRAINT audit_is_possible
    CHECK (id > 0 AND at >= '2000-01-01 00:00+00' AND at < '2200-01-01 00:00+00')
    NOT VALID;
CREATE FUNCTION rbac_audit_is_of_now() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER audit_is_of_now BEFORE INSERT ON rbac_auditevent
    FOR EACH ROW EXECUTE FUNCTION rbac_audit_is_of_now();
"""
UNGUARD = """
DROP TRIGGER audit_is_of_now ON rbac_auditevent;
DROP FUNCTION rbac_audit_is_of_now();
ALTER TABLE rbac_auditevent DROP CONSTRAINT audit_is_possible;
"""

# As in 0002. Rows that are moved out of the default partition keep their time, so the
# new month takes them before its trigger is on; nobody else reaches it meanwhile.
MONTHS = """
CREATE OR REPLACE FUNCTION rbac_audit_open_month(month date) RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
    name text := 'rbac_auditevent_' || to_char(month, 'YYYY_MM');
    since timestamptz := month::timestamp AT TIME ZONE 'UTC';
    until timestamptz := (month + interval '1 month')::timestamp AT TIME ZONE 'UTC';
    has_strays boolean;
BEGIN
    IF to_regclass(name) IS NOT NULL THEN RETURN false; END IF;
    LOCK TABLE rbac_auditevent IN ACCESS EXCLUSIVE MODE;
    IF to_regclass(name) IS NOT NULL THEN RETURN false; END IF;
    has_strays := EXISTS (SELECT FROM rbac_auditevent_default
                          WHERE at >= since AND at < until);
    IF has_strays THEN
        CREATE TEMP TABLE audit_strays ON COMMIT DROP AS
            SELECT * FROM rbac_auditevent_default WHERE at >= since AND at < until;
        ALTER TABLE rbac_auditevent_default DISABLE TRIGGER audit_refuse;
        DELETE FROM rbac_auditevent_default WHERE at >= since AND at < until;
        ALTER TABLE rbac_auditevent_default ENABLE TRIGGER audit_refuse;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF rbac_auditevent'
                   ' FOR VALUES FROM (%L) TO (%L)', name, since, until);
    EXECUTE format('CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON %I'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION rbac_audit_refuse()', name);
    IF has_strays THEN
        {off}
        INSERT INTO rbac_auditevent SELECT * FROM audit_strays;
        {on}
        DROP TABLE audit_strays;
    END IF;
    RETURN true;
END $$;
"""
SWITCH = "EXECUTE format('ALTER TABLE %I {} TRIGGER audit_is_of_now', name);"


class Migration(migrations.Migration):

    dependencies = [("rbac", "0004_audit_by_request")]

    operations = [
        migrations.RunSQL(
            GUARD
            + MONTHS.format(off=SWITCH.format("DISABLE"), on=SWITCH.format("ENABLE")),
            reverse_sql=MONTHS.format(off="", on="") + UNGUARD,
        ),
    ]
