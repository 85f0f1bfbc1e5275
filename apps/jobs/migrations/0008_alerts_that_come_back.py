from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0007_the_night_does_it")]

    operations = [
        migrations.AddField(
            "alert", "came_back", models.PositiveIntegerField(db_default=0)
        ),
        migrations.AddField("alert", "back_at", models.DateTimeField(null=True)),
        migrations.AddField("alert", "quiet_since", models.DateTimeField(null=True)),
    ]
