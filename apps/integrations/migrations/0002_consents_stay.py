"""What was consented to is never changed, and goes only with a closed account. What is
called is read in the order of its transactions."""

from django.db import migrations

CREATE = """
CREATE FUNCTION oauth_consent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (
        SELECT 1 FROM accounts_user WHERE id = OLD.user_id AND closed_at IS NULL
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consent_stays BEFORE UPDATE OR DELETE ON oauth_consents
    FOR EACH ROW EXECUTE FUNCTION oauth_consent_stays();
ALTER TABLE oauth_call_deltas
    ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX call_deltas_by_xid ON oauth_call_deltas (xid, id);
"""

DROP = """
DROP INDEX call_deltas_by_xid;
ALTER TABLE oauth_call_deltas DROP COLUMN xid;
DROP TRIGGER consent_stays ON oauth_consents;
DROP FUNCTION oauth_consent_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0001_initial"),
        ("accounts", "0009_closed_by_their_owners"),
    ]

    operations = [migrations.RunSQL(CREATE, DROP)]
