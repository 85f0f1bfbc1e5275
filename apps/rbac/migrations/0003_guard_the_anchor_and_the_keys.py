"""The anchor only moves on, a key is only sealed anew or destroyed; neither is deleted."""

from django.db import migrations

# OLD.sealed is null once a person's key is destroyed: nothing brings it back, and the day
# it went stays as it was. Destroying it again is no error: a deletion may be repeated.
GUARD = """
CREATE FUNCTION rbac_audit_anchor_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id = OLD.id AND NEW.number = OLD.number + 1 THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'UPDATE of rbac_auditanchor is refused: it goes from % to the next'
        ' seal', OLD.number USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION rbac_person_key_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.person_id = OLD.person_id THEN
        IF OLD.sealed IS NOT NULL THEN
            RETURN NEW;
        ELSIF NEW.sealed IS NULL THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'UPDATE of the key of person % is refused: it is sealed anew or'
        ' destroyed', OLD.person_id USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION rbac_signing_key_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id = OLD.id AND NEW.public = OLD.public THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'UPDATE of the signing key is refused: it is only sealed anew'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_moves_on BEFORE UPDATE ON rbac_auditanchor
    FOR EACH ROW EXECUTE FUNCTION rbac_audit_anchor_moves_on();
CREATE TRIGGER audit_key_stays BEFORE UPDATE ON rbac_personkey
    FOR EACH ROW EXECUTE FUNCTION rbac_person_key_stays();
CREATE TRIGGER audit_key_stays BEFORE UPDATE ON rbac_signingkey
    FOR EACH ROW EXECUTE FUNCTION rbac_signing_key_stays();
"""
REFUSE = """
CREATE TRIGGER audit_refuse BEFORE DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION rbac_audit_refuse();
CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION rbac_audit_refuse();
"""
UNDO = """
DROP TRIGGER audit_refuse ON {table};
DROP TRIGGER audit_refuse_truncate ON {table};
"""
UNGUARD = """
DROP FUNCTION rbac_audit_anchor_moves_on(), rbac_person_key_stays(),
    rbac_signing_key_stays() CASCADE;
"""
TABLES = ("rbac_auditanchor", "rbac_personkey", "rbac_signingkey")


class Migration(migrations.Migration):

    dependencies = [("rbac", "0002_audit")]

    operations = [
        migrations.RunSQL(
            GUARD + "".join(REFUSE.format(table=table) for table in TABLES),
            reverse_sql=UNGUARD + "".join(UNDO.format(table=table) for table in TABLES),
        ),
    ]
