"""The change that ends a stage says how long it took; no row is written for it alone."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("apps.sms.migrations.0028_sums_and_usage_logs")

STAGES = """
-- Not STRICT: it stands in the statements themselves, and is not called.
CREATE FUNCTION sms_ms(since timestamptz, until timestamptz) RETURNS integer
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN since IS NOT NULL AND until IS NOT NULL THEN
        least(greatest(extract(epoch FROM until - since) * 1000, 0),
              2147483647)::integer
    END
$$;

CREATE OR REPLACE FUNCTION sms_outbound_delta() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was text;
    now_is text := sms_status(NEW.state, NEW.delivery);
    ended text := '';
    since timestamptz;
    until timestamptz;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        was := sms_status(OLD.state, OLD.delivery);
        IF (was, OLD.error_code, OLD.user_id)
            IS NOT DISTINCT FROM (now_is, NEW.error_code, NEW.user_id) THEN
            RETURN NULL;
        END IF;
        INSERT INTO sms_delta (at, user_id, direction, kind, country, status,
                               error_code, texts, segments, micros)
        VALUES (OLD.created_at, OLD.user_id, 'out', OLD.kind, OLD.country, was,
                OLD.error_code, -1, -OLD.segments, 0);
        IF OLD.sent_at IS NULL AND NEW.sent_at IS NOT NULL THEN
            ended := 'send';
            since := NEW.created_at;
            until := NEW.sent_at;
            IF NEW.kind = 'reply' THEN
                ended := 'reply';
                SELECT coalesce(min(received_at), since) INTO since
                FROM sms_inboundtext WHERE turn_id = NEW.turn_id;
            END IF;
        ELSIF OLD.delivered_at IS NULL AND NEW.delivered_at IS NOT NULL THEN
            ended := 'delivery';
            since := coalesce(NEW.sent_at, NEW.created_at);
            until := NEW.delivered_at;
        END IF;
    ELSIF NEW.kind = 'reply' THEN
        ended := 'agent';
        until := NEW.created_at;
        SELECT started_at INTO since FROM sms_turn WHERE id = NEW.turn_id;
    END IF;
    INSERT INTO sms_delta (at, user_id, direction, kind, country, status,
                           error_code, texts, segments, micros, stage, ms)
    VALUES (NEW.created_at, NEW.user_id, 'out', NEW.kind, NEW.country, now_is,
            NEW.error_code, 1, NEW.segments, 0, ended, sms_ms(since, until));
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION sms_inbound_delta() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sms_delta (at, user_id, direction, kind, country, status,
                           error_code, texts, segments, micros, stage, ms)
    VALUES (coalesce(NEW.spent_at, NEW.at), NEW.user_id, 'in', 'text', NEW.country,
            'received', '', 1, NEW.segments, 0, 'route',
            sms_ms(coalesce(NEW.spent_at, NEW.at), NEW.at));
    RETURN NULL;
END
$$;
"""
OUTBOUND = BEFORE.DELTAS.index("CREATE FUNCTION sms_outbound_delta()")
INBOUND = BEFORE.DELTAS.index("CREATE FUNCTION sms_inbound_delta()")
NO_STAGES = (
    "".join(
        "CREATE OR REPLACE "
        + BEFORE.DELTAS[place : BEFORE.DELTAS.index("$$;", place) + 3].removeprefix(
            "CREATE "
        )
        for place in (OUTBOUND, INBOUND)
    )
    + "DROP FUNCTION sms_ms(timestamptz, timestamptz);"
)


class Migration(migrations.Migration):
    dependencies = [("sms", "0038_delta_stage")]

    operations = [
        migrations.RunSQL(STAGES, NO_STAGES),
        # Whose transaction it was: nobody asks (docs/decisions/0009).
        migrations.RunSQL(
            "ALTER TABLE sms_delta DROP COLUMN xid",
            "ALTER TABLE sms_delta"
            " ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()",
        ),
    ]
