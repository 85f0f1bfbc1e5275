import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import apps.core.ids


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SimulatedLine",
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
                ("number", models.CharField(max_length=32, unique=True)),
                ("carrier_error", models.CharField(blank=True, max_length=12)),
                ("pause_seconds", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("digest", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "seen_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Lane",
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
                ("key", models.CharField(max_length=34)),
                ("due_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("lease_token", models.BigIntegerField(db_default=0, default=0)),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LinkPhrase",
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
                ("digest", models.CharField(max_length=64, unique=True)),
                ("sealed", models.TextField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OptOut",
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
                ("our_number", models.CharField(max_length=32)),
                ("number", models.CharField(max_length=32)),
                ("is_out", models.BooleanField()),
                ("source", models.CharField(max_length=20)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("our_number", "number"), name="one_opt_out_each"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboundText",
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
                    "ref",
                    models.UUIDField(
                        default=apps.core.ids.uuid7, editable=False, unique=True
                    ),
                ),
                ("dedupe_key", models.CharField(blank=True, max_length=120, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reply", "Reply"),
                            ("reminder", "Reminder"),
                            ("guidance", "Guidance to an unknown number"),
                        ],
                        max_length=10,
                    ),
                ),
                ("number", models.CharField(max_length=32, verbose_name="to")),
                ("our_number", models.CharField(max_length=32, verbose_name="from")),
                ("body", models.TextField()),
                ("encoding", models.CharField(max_length=5)),
                ("segments", models.PositiveSmallIntegerField()),
                ("request_id", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting to be sent"),
                            ("sending", "Being sent"),
                            ("unknown", "Handed over, answer lost"),
                            ("sent", "Handed over"),
                            ("failed", "Not sent"),
                            ("canceled", "Not sent"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("next_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("attempted_at", models.DateTimeField(null=True)),
                ("looks", models.PositiveSmallIntegerField(default=0)),
                (
                    "provider_sid",
                    models.CharField(blank=True, max_length=64, null=True),
                ),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "delivery",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "no news"),
                            ("accepted", "Accepted"),
                            ("scheduled", "Scheduled"),
                            ("queued", "Queued by the carrier"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("partially_delivered", "Partly delivered"),
                            ("delivered", "Delivered"),
                            ("undelivered", "Not delivered"),
                            ("failed", "Failed"),
                            ("canceled", "Canceled"),
                            ("read", "Read"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("delivered_at", models.DateTimeField(null=True)),
                ("error_code", models.CharField(blank=True, max_length=12)),
                (
                    "lane",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outbound",
                        to="sms.lane",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DeliveryEvent",
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
                ("sid", models.CharField(max_length=64, verbose_name="MessageSid")),
                ("status", models.CharField(max_length=20)),
                ("error_code", models.CharField(blank=True, max_length=12)),
                ("received_at", models.DateTimeField(auto_now_add=True)),
                (
                    "text",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="sms.outboundtext",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PhoneNumber",
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
                ("e164", models.CharField(max_length=32, verbose_name="number")),
                ("label", models.CharField(blank=True, max_length=40)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting for your text"),
                            ("verified", "Verified"),
                            ("released", "Released"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("is_primary", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phone_numbers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "user_phone_mappings",
            },
        ),
        migrations.CreateModel(
            name="SimulatedText",
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
                ("sid", models.CharField(max_length=64, unique=True)),
                ("number", models.CharField(max_length=32, verbose_name="to")),
                ("our_number", models.CharField(max_length=32, verbose_name="from")),
                ("body", models.TextField()),
                ("callback_url", models.CharField(max_length=400)),
                ("status", models.CharField(default="queued", max_length=20)),
                ("error_code", models.CharField(blank=True, max_length=12)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["number", "-id"], name="simulated_to_number")
                ],
            },
        ),
        migrations.CreateModel(
            name="Turn",
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
                    "number",
                    models.CharField(max_length=32, verbose_name="their number"),
                ),
                ("our_number", models.CharField(max_length=32)),
                ("request_id", models.CharField(max_length=64)),
                ("started_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "silence",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "replied"),
                            ("keyword", "The carrier answers this word"),
                            ("opted_out", "The number has opted out"),
                            ("guided", "An unknown number that was guided today"),
                            ("not_a_person", "A short code or a name, not a phone"),
                            ("loop", "Too many replies to one number"),
                            ("inactive", "The account is closed"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "lane",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="turns",
                        to="sms.lane",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="outboundtext",
            name="turn",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reply",
                to="sms.turn",
            ),
        ),
        migrations.CreateModel(
            name="InboundText",
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
                ("sid", models.CharField(max_length=64, verbose_name="MessageSid")),
                ("number", models.CharField(max_length=32, verbose_name="from")),
                ("our_number", models.CharField(max_length=32, verbose_name="to")),
                ("body", models.TextField(blank=True)),
                (
                    "keyword",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "none"),
                            ("stop", "STOP"),
                            ("start", "START"),
                            ("help", "HELP"),
                        ],
                        max_length=5,
                    ),
                ),
                (
                    "num_media",
                    models.PositiveSmallIntegerField(db_default=0, default=0),
                ),
                ("media", models.JSONField(db_default=[], default=list)),
                ("request_id", models.CharField(max_length=64)),
                (
                    "received_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lane",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="sms.lane",
                    ),
                ),
                (
                    "turn",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="texts",
                        to="sms.turn",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="lane",
            index=models.Index(
                models.F("due_at"),
                condition=models.Q(("due_at__isnull", False)),
                name="lane_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="lane",
            constraint=models.UniqueConstraint(models.F("key"), name="one_lane_each"),
        ),
        migrations.AddConstraint(
            model_name="deliveryevent",
            constraint=models.UniqueConstraint(
                fields=("sid", "status", "error_code"), name="one_event_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="phonenumber",
            constraint=models.UniqueConstraint(
                models.F("e164"),
                condition=models.Q(("status", "verified")),
                name="one_verified_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="phonenumber",
            constraint=models.UniqueConstraint(
                models.F("user"),
                condition=models.Q(("is_primary", True), ("status", "verified")),
                name="one_primary_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="phonenumber",
            constraint=models.UniqueConstraint(
                models.F("user"),
                models.F("e164"),
                condition=models.Q(("status", "released"), _negated=True),
                name="one_open_claim",
            ),
        ),
        migrations.AddIndex(
            model_name="turn",
            index=models.Index(fields=["user", "-id"], name="turn_of_user"),
        ),
        migrations.AddConstraint(
            model_name="turn",
            constraint=models.UniqueConstraint(
                models.F("lane"),
                condition=models.Q(("finished_at__isnull", True)),
                name="one_open_turn",
            ),
        ),
        migrations.AddIndex(
            model_name="outboundtext",
            index=models.Index(fields=["user", "-id"], name="outbound_of_user"),
        ),
        migrations.AddIndex(
            model_name="outboundtext",
            index=models.Index(
                fields=["number", "-created_at"], name="outbound_to_number"
            ),
        ),
        migrations.AddIndex(
            model_name="outboundtext",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "sending", "unknown"])),
                fields=["lane", "id"],
                name="outbound_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="outboundtext",
            constraint=models.UniqueConstraint(
                models.F("dedupe_key"), name="one_text_a_cause"
            ),
        ),
        migrations.AddConstraint(
            model_name="outboundtext",
            constraint=models.UniqueConstraint(
                models.F("provider_sid"), name="one_text_a_sid"
            ),
        ),
        migrations.AddIndex(
            model_name="inboundtext",
            index=models.Index(fields=["sid"], name="inbound_by_sid"),
        ),
        migrations.AddIndex(
            model_name="inboundtext",
            index=models.Index(fields=["user", "-id"], name="inbound_of_user"),
        ),
        migrations.AddIndex(
            model_name="inboundtext",
            index=models.Index(
                condition=models.Q(("turn", None), _negated=True),
                fields=["turn"],
                name="inbound_of_turn",
            ),
        ),
        migrations.AddIndex(
            model_name="inboundtext",
            index=models.Index(
                condition=models.Q(("turn", None)),
                fields=["lane", "id"],
                name="inbound_open",
            ),
        ),
    ]
