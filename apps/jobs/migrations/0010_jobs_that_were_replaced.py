from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0009_how_alerts_end")]

    operations = [
        migrations.AlterField(
            "job",
            "state",
            models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("dead", "Dead"),
                    ("dropped", "Dropped"),
                    ("cancelled", "Cancelled"),
                    ("replaced", "Replaced by a later one"),
                ],
                default="waiting",
                max_length=9,
            ),
        ),
    ]
