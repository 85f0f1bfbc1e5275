from django.db import migrations

# They go with their charge, by retention; nobody rewrites one.
FORWARD = """
CREATE FUNCTION sms_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an entry of the ledger is not changed';
END $$;
CREATE TRIGGER entry_refuse BEFORE UPDATE ON sms_entry
    FOR EACH ROW EXECUTE FUNCTION sms_entry_refuse();
"""
BACK = """
DROP TRIGGER entry_refuse ON sms_entry;
DROP FUNCTION sms_entry_refuse();
"""


class Migration(migrations.Migration):

    dependencies = [("sms", "0023_ledger")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
