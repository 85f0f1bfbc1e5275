from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_superusers_are_administrators")]

    operations = [
        migrations.RemoveField(model_name="user", name="is_staff"),
        migrations.RemoveField(model_name="user", name="is_superuser"),
    ]
