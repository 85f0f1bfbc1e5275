"""A browser is known by a cookie for each person; the one for all of them, which these
rows were found by, is not asked for any more. They are known again after a sign-in."""

from django.db import migrations


def forget(apps, schema_editor):
    apps.get_model("accounts", "KnownBrowser").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0014_trust_in_known_browsers"),
    ]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
