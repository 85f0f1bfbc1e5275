"""How often a time was taken; who wants no texts any more, or does again; and a charge
that has become another's, as that of an answer to somebody whose phone it links: all are
changes like any other."""

from django.db import migrations, models

OPT_OUTS = """
CREATE FUNCTION sms_optout_delta() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sms_delta (at, user_id, direction, kind, country, status,
                           error_code, texts, segments, micros)
    VALUES (NEW.changed_at,
            (SELECT user_id FROM user_phone_mappings
             WHERE e164 = NEW.number AND status = 'verified'),
            CASE WHEN NEW.is_out THEN 'stop' ELSE 'start' END,
            '', '', NEW.source, '', 1, 0, 0);
    RETURN NULL;
END
$$;
CREATE TRIGGER optout_begun AFTER INSERT ON sms_optout
    FOR EACH ROW WHEN (NEW.is_out) EXECUTE FUNCTION sms_optout_delta();
CREATE TRIGGER optout_changed AFTER UPDATE OF is_out ON sms_optout
    FOR EACH ROW WHEN (OLD.is_out <> NEW.is_out)
    EXECUTE FUNCTION sms_optout_delta();
"""
NO_OPT_OUTS = """
DROP TRIGGER optout_changed ON sms_optout;
DROP TRIGGER optout_begun ON sms_optout;
DROP FUNCTION sms_optout_delta();
"""
# Entries tell whose they are and of when as their charge had it.
MOVED = """
CREATE FUNCTION sms_charge_delta() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sms_delta (at, user_id, direction, kind, country, status,
                           error_code, texts, segments, micros)
    SELECT at, user_id, NEW.what, '', country, '', '', 0, 0, micros
    FROM (
        SELECT sum(micros) AS entered FROM sms_entry WHERE charge_id = NEW.id
    ) e, LATERAL (VALUES (OLD.at, OLD.user_id, OLD.country, -e.entered),
                         (NEW.at, NEW.user_id, NEW.country, e.entered)
    ) moved (at, user_id, country, micros)
    WHERE e.entered <> 0;
    RETURN NULL;
END
$$;
CREATE TRIGGER charge_moved AFTER UPDATE OF at, user_id, country ON sms_charge
    FOR EACH ROW WHEN (
        NEW.what <> 'in'
        -- What somebody cost who leaves goes on elsewhere (analytics_left).
        AND (OLD.user_id IS NULL OR NEW.user_id IS NOT NULL)
        AND (OLD.at, OLD.user_id, OLD.country)
            IS DISTINCT FROM (NEW.at, NEW.user_id, NEW.country)
    ) EXECUTE FUNCTION sms_charge_delta();
"""
NOT_MOVED = """
DROP TRIGGER charge_moved ON sms_charge;
DROP FUNCTION sms_charge_delta();
"""


class Migration(migrations.Migration):
    dependencies = [("sms", "0039_how_long_it_took")]

    operations = [
        migrations.AddField(
            model_name="delta",
            name="times",
            field=models.IntegerField(db_default=1, default=1),
        ),
        migrations.RunSQL(OPT_OUTS, NO_OPT_OUTS),
        migrations.RunSQL(MOVED, NOT_MOVED),
    ]
