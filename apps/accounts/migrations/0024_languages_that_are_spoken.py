from django.conf import settings
from django.db import migrations


def choose_english(apps, schema_editor):
    """For whoever chose one that nothing was said in but the names of days."""
    users = apps.get_model("accounts", "User").objects
    users.exclude(locale__in=dict(settings.LANGUAGES)).update(locale="en")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0023_high_contrast")]

    operations = [migrations.RunPython(choose_english, migrations.RunPython.noop)]
