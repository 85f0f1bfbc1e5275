from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0013_leadership")]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="refused_at",
            field=models.DateTimeField(null=True),
        ),
    ]
