from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sms", "0029_changes_of_one_password")]

    operations = [
        migrations.AddField(
            model_name="phonenumber",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
