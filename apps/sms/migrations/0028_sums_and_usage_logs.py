"""Who adds up what texting does is told by the database itself: no way of changing a
text or a charge goes past it."""

from django.db import migrations

DELTAS = """
ALTER TABLE sms_delta ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE FUNCTION sms_status(state text, delivery text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN state = 'sent' AND delivery <> '' THEN delivery ELSE state END
$$;

CREATE FUNCTION sms_outbound_delta() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was text;
    now_is text := sms_status(NEW.state, NEW.delivery);
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
    END IF;
    INSERT INTO sms_delta (at, user_id, direction, kind, country, status,
                           error_code, texts, segments, micros)
    VALUES (NEW.created_at, NEW.user_id, 'out', NEW.kind, NEW.country, now_is,
            NEW.error_code, 1, NEW.segments, 0);
    RETURN NULL;
END
$$;
CREATE TRIGGER outbound_delta
    AFTER INSERT OR UPDATE OF state, delivery, error_code, user_id
    ON sms_outboundtext FOR EACH ROW EXECUTE FUNCTION sms_outbound_delta();

CREATE FUNCTION sms_inbound_delta() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sms_delta (at, user_id, direction, kind, country, status,
                           error_code, texts, segments, micros)
    VALUES (coalesce(NEW.spent_at, NEW.at), NEW.user_id, 'in', 'text', NEW.country,
            'received', '', 1, NEW.segments, 0);
    RETURN NULL;
END
$$;
CREATE TRIGGER inbound_delta AFTER INSERT ON sms_charge
    FOR EACH ROW WHEN (NEW.what = 'in') EXECUTE FUNCTION sms_inbound_delta();

CREATE FUNCTION sms_cost_delta() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.micros <> 0 THEN
        INSERT INTO sms_delta (at, user_id, direction, kind, country, status,
                               error_code, texts, segments, micros)
        -- When it was set aside, however late it is spent and its price known.
        SELECT CASE WHEN c.what = 'in' THEN coalesce(c.spent_at, c.at) ELSE c.at END,
               c.user_id, c.what, '', c.country, '', '', 0, 0, NEW.micros
        FROM sms_charge c WHERE c.id = NEW.charge_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER cost_delta AFTER INSERT ON sms_entry
    FOR EACH ROW EXECUTE FUNCTION sms_cost_delta();
"""
NO_DELTAS = """
DROP TRIGGER cost_delta ON sms_entry;
DROP TRIGGER inbound_delta ON sms_charge;
DROP TRIGGER outbound_delta ON sms_outboundtext;
DROP FUNCTION sms_cost_delta();
DROP FUNCTION sms_inbound_delta();
DROP FUNCTION sms_outbound_delta();
DROP FUNCTION sms_status(text, text);
ALTER TABLE sms_delta DROP COLUMN xid;
"""
LOGS = """
CREATE VIEW sms_usage_logs AS
SELECT 'in:' || i.id AS id,
       i.user_id,
       i.number AS phone_number,
       'in' AS message_direction,
       char_length(i.body) AS message_length,
       i.sid AS twilio_message_sid,
       (extract(epoch FROM t.finished_at - i.received_at) * 1000)::bigint
           AS processing_time_ms,
       CASE WHEN t.finished_at IS NOT NULL THEN true END AS success,
       '' AS error_message,
       jsonb_build_object(
           'turn', i.turn_id, 'keyword', i.keyword, 'silence', coalesce(t.silence, ''),
           'files', i.num_media, 'segments', c.segments, 'request_id', i.request_id
       ) AS metadata,
       coalesce(c.country, '') AS country_code,
       (c.micros / 10000.0)::numeric(16, 4) AS cost_cents,
       i.received_at AS created_at
FROM sms_inboundtext i
LEFT JOIN sms_turn t ON t.id = i.turn_id
LEFT JOIN sms_charge c ON c.inbound_id = i.id
UNION ALL
SELECT 'out:' || o.id,
       o.user_id,
       o.number,
       'out',
       char_length(o.body),
       o.provider_sid,
       (extract(epoch FROM o.sent_at - o.created_at) * 1000)::bigint,
       CASE WHEN o.delivery IN ('delivered', 'read') THEN true
            WHEN o.state IN ('failed', 'canceled')
              OR o.delivery IN ('failed', 'undelivered', 'canceled') THEN false END,
       o.error_code,
       jsonb_build_object(
           'turn', o.turn_id, 'kind', o.kind,
           'status', sms_status(o.state, o.delivery), 'attempts', o.attempts,
           'encoding', o.encoding, 'segments', o.segments, 'request_id', o.request_id
       ),
       o.country,
       (c.micros / 10000.0)::numeric(16, 4),
       o.created_at
FROM sms_outboundtext o
LEFT JOIN sms_charge c ON c.text_id = o.id
"""


class Migration(migrations.Migration):
    dependencies = [("sms", "0027_deltas")]

    operations = [
        migrations.RunSQL(DELTAS, NO_DELTAS),
        migrations.RunSQL(LOGS, "DROP VIEW sms_usage_logs"),
    ]
