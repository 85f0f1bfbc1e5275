from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("jobs", "0014_letters_not_taken_from_us")]

    operations = [
        AddIndexConcurrently(
            model_name="letter",
            index=models.Index(
                fields=["refused_at"],
                condition=models.Q(refused_at__isnull=False),
                name="letter_refused",
            ),
        ),
    ]
