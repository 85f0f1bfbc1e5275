"""Wrong codes are counted apart for the owner's own browsers and for all others."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was counted before says nothing about who it was.
_FORTH = """
INSERT INTO factors_wrongcodes (user_id, is_known, count, waits_until)
SELECT user_id, false, failures, coalesce(frozen_until, now())
FROM factors_factorstate WHERE failures > 0
"""
_BACK = """
UPDATE factors_factorstate state SET failures = wrong.count,
    frozen_until = CASE WHEN wrong.count >= 100 THEN wrong.waits_until END
FROM factors_wrongcodes wrong WHERE wrong.user_id = state.user_id AND NOT wrong.is_known
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("factors", "0005_passkeys_alone"),
    ]

    operations = [
        migrations.CreateModel(
            name="WrongCodes",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("is_known", models.BooleanField()),
                ("count", models.PositiveIntegerField()),
                ("waits_until", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wrong_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "wrong codes",
                "verbose_name_plural": "wrong codes",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "is_known"), name="wrong_codes_one_count_each"
                    )
                ],
            },
        ),
        migrations.RunSQL(_FORTH, _BACK),
        migrations.RemoveField(model_name="factorstate", name="failures"),
        migrations.RemoveField(model_name="factorstate", name="frozen_until"),
        *(
            migrations.RemoveField(model_name=device, name=f"throttling_failure_{what}")
            for device in ("totpdevice", "smsdevice", "recoverydevice")
            for what in ("count", "timestamp")
        ),
        migrations.AddField(
            model_name="challenge",
            name="is_known",
            field=models.BooleanField(default=True),
        ),
    ]
