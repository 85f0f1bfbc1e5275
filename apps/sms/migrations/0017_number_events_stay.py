"""What happened to a number is written once; it goes only with its owner."""

from django.db import migrations

CREATE = """
CREATE FUNCTION sms_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER refuse_change BEFORE UPDATE ON sms_numberevent
    FOR EACH ROW EXECUTE FUNCTION sms_refuse_change();
"""

DROP = """
DROP TRIGGER refuse_change ON sms_numberevent;
DROP FUNCTION sms_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("sms", "0016_numbers_over_time")]

    operations = [migrations.RunSQL(CREATE, DROP)]
