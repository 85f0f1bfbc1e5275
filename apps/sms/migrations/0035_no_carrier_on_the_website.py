"""What is written on the website is no text: nobody counts it, and it costs nothing."""

from importlib import import_module

from django.db import migrations

LOGS = import_module("apps.sms.migrations.0028_sums_and_usage_logs").LOGS.replace(
    "CREATE VIEW", "CREATE OR REPLACE VIEW"
)
TEXTS_ALONE = LOGS.replace(
    "ON c.inbound_id = i.id\n", "ON c.inbound_id = i.id WHERE i.our_number <> 'web'\n"
).replace("ON c.text_id = o.id\n", "ON c.text_id = o.id WHERE o.our_number <> 'web'\n")

DELTA = """
DROP TRIGGER outbound_delta ON sms_outboundtext;
CREATE TRIGGER outbound_delta
    AFTER INSERT OR UPDATE OF state, delivery, error_code, user_id
    ON sms_outboundtext FOR EACH ROW{}
    EXECUTE FUNCTION sms_outbound_delta();
"""


class Migration(migrations.Migration):
    dependencies = [("sms", "0034_usage_log_named")]

    operations = [
        migrations.RunSQL(TEXTS_ALONE, LOGS),
        migrations.RunSQL(
            DELTA.format(" WHEN (NEW.our_number <> 'web')"), DELTA.format("")
        ),
    ]
