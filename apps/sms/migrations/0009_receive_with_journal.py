"""The one statement of the webhook keeps the call as well.

A process of the release before goes on calling it with eight values.
"""

from importlib import import_module

from django.db import migrations

_before = import_module("apps.sms.migrations.0002_sms_receive")

CREATE = """
CREATE FUNCTION sms_receive(
    p_sid text, p_number text, p_our_number text, p_body text, p_keyword text,
    p_num_media smallint, p_media jsonb, p_request_id text,
    p_call uuid DEFAULT NULL, p_via text DEFAULT '', p_sealed text DEFAULT '',
    OUT is_new boolean, OUT inbound_id bigint, OUT outcome text
) LANGUAGE plpgsql SET lock_timeout = '3s' AS $$
DECLARE
    v_owner bigint;
    v_still bigint;
    v_lane bigint;
BEGIN
    INSERT INTO sms_tombstone (digest) VALUES (md5(p_sid)::uuid)
    ON CONFLICT DO NOTHING;
    is_new := FOUND;
    outcome := CASE WHEN is_new THEN 'new' WHEN EXISTS (
        SELECT FROM sms_inboundtext
        WHERE sid = p_sid AND (body <> p_body OR number <> p_number)
    ) THEN 'conflict' ELSE 'duplicate' END;
    IF p_call IS NOT NULL THEN
        INSERT INTO sms_webhookcall
            (id, called_at, via, outcome, sid, request_id, sealed)
        VALUES (p_call, now(), p_via, outcome, p_sid, p_request_id, p_sealed)
        -- The same call again, whose first answer was lost on the way to us.
        ON CONFLICT (id) DO NOTHING;
    END IF;
    IF NOT is_new THEN
        RETURN;
    END IF;

    LOOP
        v_owner := (SELECT user_id FROM user_phone_mappings
                    WHERE e164 = p_number AND status = 'verified');
        INSERT INTO sms_lane (key, user_id, due_at)
        VALUES (coalesce('u:' || v_owner, 'n:' || p_number), v_owner, now())
        ON CONFLICT (key) DO UPDATE SET due_at = least(sms_lane.due_at, now())
        RETURNING id INTO v_lane;
        v_still := (SELECT user_id FROM user_phone_mappings
                    WHERE e164 = p_number AND status = 'verified');
        EXIT WHEN v_still IS NOT DISTINCT FROM v_owner;
    END LOOP;

    IF p_keyword = 'yes' THEN
        p_keyword := CASE WHEN EXISTS (
            SELECT FROM sms_optout
            WHERE our_number = p_our_number AND number = p_number AND is_out
        ) THEN 'start' ELSE '' END;
    END IF;
    IF p_keyword IN ('stop', 'start') THEN
        INSERT INTO sms_optout (our_number, number, is_out, source, changed_at)
        VALUES (p_our_number, p_number, p_keyword = 'stop', 'text', now())
        ON CONFLICT (our_number, number) DO UPDATE
        SET is_out = excluded.is_out, source = 'text', changed_at = now();
    END IF;
    IF p_keyword = 'stop' THEN
        UPDATE sms_outboundtext
        SET state = 'canceled', error_code = 'opted_out', sealed = ''
        WHERE lane_id = v_lane AND number = p_number
          AND our_number = p_our_number AND state = 'queued';
    END IF;

    INSERT INTO sms_inboundtext
        (sid, lane_id, user_id, number, our_number, body, keyword, num_media, media,
         request_id, received_at)
    VALUES (p_sid, v_lane, v_owner, p_number, p_our_number, p_body, p_keyword,
            p_num_media, p_media, p_request_id, clock_timestamp())
    RETURNING id INTO inbound_id;
END
$$
"""
DROP = """
DROP FUNCTION sms_receive(
    text, text, text, text, text, smallint, jsonb, text, uuid, text, text
)
"""


class Migration(migrations.Migration):
    dependencies = [("sms", "0008_journal")]

    operations = [
        migrations.RunSQL(_before.DROP, _before.CREATE),
        migrations.RunSQL(CREATE, DROP),
    ]
