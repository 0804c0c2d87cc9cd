from django.db import migrations, models

import practice.models


class Migration(migrations.Migration):
    dependencies = [("practice", "0003_business_type")]

    operations = [
        migrations.AddField(
            model_name="practice",
            name="away_until",
            field=models.DateField(
                blank=True,
                help_text="The day you are back. Until then the form says that you are away, and its promise counts "
                "from that day. Once it has come, nothing is left to do. Leave it empty while you are here.",
                null=True,
                validators=[practice.models.within_a_year],
                verbose_name="you are away until",
            ),
        ),
    ]
