import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0008_alerts_that_come_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "alert",
            "ended",
            models.CharField(
                blank=True,
                choices=[
                    ("over", "It was over"),
                    ("unseen", "Not seen any more"),
                    ("gone", "Its rule is gone"),
                    ("off", "Its rule was switched off"),
                    ("closed", "Closed"),
                ],
                db_default="",
                max_length=6,
                verbose_name="how it ended",
            ),
        ),
        migrations.AddField(
            "alert",
            "ended_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("alert", "ends_at", models.DateTimeField(null=True)),
    ]
