"""A connection that changes where it stands says so itself, and so does an answer that is
written on the website, which nobody counts: no way of changing them goes past that. Of
people without an endpoint nothing is written; a text that a carrier takes is not asked.
"""

from django.db import migrations

NEWS = """
CREATE FUNCTION webhooks_connection_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.status, OLD.reason) = (NEW.status, NEW.reason) THEN
        RETURN NULL;
    END IF;
    INSERT INTO webhooks_news (user_id, about, at, public_id, provider, status, reason)
    SELECT NEW.user_id, 'connection', now(), NEW.public_id, NEW.provider, NEW.status,
           NEW.reason
    WHERE EXISTS (
        SELECT FROM webhooks_endpoint WHERE user_id = NEW.user_id AND is_enabled
    );
    RETURN NULL;
END
$$;
CREATE TRIGGER connection_news AFTER INSERT OR UPDATE OF status, reason
    ON oauth_integrations FOR EACH ROW EXECUTE FUNCTION webhooks_connection_news();

CREATE FUNCTION webhooks_web_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webhooks_news (user_id, about, at)
    SELECT NEW.user_id, 'out', NEW.created_at
    WHERE EXISTS (
        SELECT FROM webhooks_endpoint WHERE user_id = NEW.user_id AND is_enabled
    );
    RETURN NULL;
END
$$;
CREATE TRIGGER web_news AFTER INSERT ON sms_outboundtext
    FOR EACH ROW WHEN (NEW.our_number = 'web') EXECUTE FUNCTION webhooks_web_news();
"""
NO_NEWS = """
DROP TRIGGER web_news ON sms_outboundtext;
DROP FUNCTION webhooks_web_news();
DROP TRIGGER connection_news ON oauth_integrations;
DROP FUNCTION webhooks_connection_news();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0001_webhooks"),
        ("integrations", "0004_deltas_do_not_grow_old"),
        ("sms", "0041_fewer_indexes"),
    ]

    operations = [migrations.RunSQL(NEWS, NO_NEWS)]
