"""Nor are all consents emptied at once, which no trigger for a row sees."""

from django.db import migrations

CREATE = """
CREATE FUNCTION oauth_consents_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consents_stay BEFORE TRUNCATE ON oauth_consents
    FOR EACH STATEMENT EXECUTE FUNCTION oauth_consents_stay();
"""
DROP = """
DROP TRIGGER consents_stay ON oauth_consents;
DROP FUNCTION oauth_consents_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("integrations", "0002_consents_stay")]

    operations = [migrations.RunSQL(CREATE, DROP)]
