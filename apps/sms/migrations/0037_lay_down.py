"""Giving a lane back that has nothing left, in one round trip.

A statement of a function sees what was committed before it began: what came while the
lock was waited for is seen by the look that follows it.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION sms_lay_down(p_lane bigint, p_token bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever only names the lane in a row of theirs does not wait.
    PERFORM FROM sms_lane WHERE id = p_lane AND lease_token = p_token
    FOR NO KEY UPDATE;
    IF NOT FOUND
        OR EXISTS (SELECT FROM sms_turn WHERE lane_id = p_lane AND finished_at IS NULL)
        OR EXISTS (SELECT FROM sms_outboundtext WHERE lane_id = p_lane
                   AND state IN ('queued', 'sending', 'unknown'))
        OR EXISTS (SELECT FROM sms_inboundtext WHERE lane_id = p_lane
                   AND turn_id IS NULL)
    THEN
        RETURN false;
    END IF;
    UPDATE sms_lane SET due_at = NULL, lease_until = NULL WHERE id = p_lane;
    RETURN true;
END
$$
"""
DROP = "DROP FUNCTION sms_lay_down(bigint, bigint)"


class Migration(migrations.Migration):
    dependencies = [("sms", "0036_untold")]

    operations = [migrations.RunSQL(CREATE, DROP)]
