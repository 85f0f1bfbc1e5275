from django.db import migrations

# Two random UUIDs: 244 bits that nobody can guess.
_MADE = """
INSERT INTO core_opaquekey (key)
SELECT decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')
"""


class Migration(migrations.Migration):

    dependencies = [("core", "0002_opaque_ids")]

    operations = [migrations.RunSQL(_MADE, "DELETE FROM core_opaquekey")]
