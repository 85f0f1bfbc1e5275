from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0010_jobs_that_were_replaced")]

    operations = [
        migrations.AlterField(
            "rulesetting", "is_on", models.BooleanField("on", default=True)
        ),
    ]
