from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="roles_until",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
