from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("sms", "0030_numbers_vouched_for"),
    ]

    operations = [
        migrations.AlterField(
            model_name="charge",
            name="pot",
            field=models.CharField(
                choices=[
                    ("answers", "Answers to people, and their texts"),
                    ("proactive", "Texts we start"),
                    ("security", "Codes and notices"),
                    ("linking", "Codes that link a phone"),
                    ("strangers", "Numbers that nobody has linked"),
                    ("tokens", "Language model"),
                ],
                max_length=9,
            ),
        ),
    ]
