"""Whoever an event names is a person: nobody is NULL, and no number below 1."""

from django.db import migrations

# A digest takes NULL for -1, so one could be put for the other unseen. NOT VALID as in
# 0005: what is there is for `verify_audit` to judge, and must not hold an update up.
BOUND = """
ALTER TABLE rbac_auditevent
    ADD CONSTRAINT audit_is_of_people
    CHECK (least(actor_id, on_behalf_of_id, subject_id) > 0) NOT VALID
"""


class Migration(migrations.Migration):

    dependencies = [("rbac", "0005_events_happen_now")]

    operations = [
        migrations.RunSQL(
            BOUND, "ALTER TABLE rbac_auditevent DROP CONSTRAINT audit_is_of_people"
        ),
    ]
