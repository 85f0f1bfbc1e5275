from django.db import migrations

# Entries of the timetable whose work is a step of the night by now.
GONE = ("audit-months", "accounts-sweep", "mfa-sweep")


def forget(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(
        name__in=GONE
    ).delete()


class Migration(migrations.Migration):

    dependencies = [
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        ("jobs", "0006_letters"),
    ]

    # What was entered by the code is entered by it again.
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
