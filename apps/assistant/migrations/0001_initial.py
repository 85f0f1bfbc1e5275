import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import apps.core.ids


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("sms", "0002_sms_receive"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Conversation",
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
                ("question", models.JSONField(blank=True, null=True)),
                ("question_until", models.DateTimeField(blank=True, null=True)),
                ("menu", models.JSONField(blank=True, null=True)),
                ("menu_until", models.DateTimeField(blank=True, null=True)),
                ("overflow", models.TextField(blank=True)),
                ("overflow_until", models.DateTimeField(blank=True, null=True)),
                ("shown", models.JSONField(blank=True, default=list)),
                ("focus", models.CharField(blank=True, max_length=36)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conversation",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ToolCall",
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
                ("key", models.CharField(max_length=64)),
                ("tool", models.CharField(max_length=64)),
                ("arguments", models.JSONField(default=dict)),
                (
                    "risk",
                    models.CharField(
                        choices=[
                            ("read", "reads"),
                            ("write", "changes own data"),
                            ("outward", "reaches other people"),
                            ("destructive", "cannot be taken back"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("done", "done"),
                            ("failed", "failed"),
                            ("refused", "refused"),
                            ("undone", "undone"),
                        ],
                        max_length=8,
                    ),
                ),
                ("result", models.JSONField(default=dict)),
                ("receipt", models.TextField(blank=True)),
                ("undo", models.JSONField(blank=True, null=True)),
                ("undo_until", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "turn",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tool_calls",
                        to="sms.turn",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tool_calls",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reminder",
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
                (
                    "public_id",
                    models.UUIDField(
                        default=apps.core.ids.uuid7, editable=False, unique=True
                    ),
                ),
                ("text", models.CharField(max_length=300)),
                ("due_at", models.DateTimeField()),
                ("zone", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "to come"),
                            ("fired", "due"),
                            ("done", "done"),
                            ("deleted", "deleted"),
                        ],
                        default="active",
                        max_length=8,
                    ),
                ),
                ("fired_at", models.DateTimeField(blank=True, null=True)),
                ("snoozes", models.PositiveSmallIntegerField(default=0)),
                ("note", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminders",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reminders",
                        to="assistant.toolcall",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="toolcall",
            index=models.Index(fields=["user", "created_at"], name="toolcall_by_day"),
        ),
        migrations.AddConstraint(
            model_name="toolcall",
            constraint=models.UniqueConstraint(
                fields=("turn", "key"), name="toolcall_once"
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                condition=models.Q(("state", "active")),
                fields=["due_at"],
                name="reminder_due",
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                fields=["user", "state", "due_at"], name="reminder_by_person"
            ),
        ),
    ]
