from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sms", "0028_sums_and_usage_logs")]

    operations = [
        migrations.AddField(
            model_name="phonechange",
            name="password_mark",
            field=models.CharField(db_default="", default="", max_length=64),
        ),
    ]
