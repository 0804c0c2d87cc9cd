from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="enquiry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("complimentary", "Complimentary consultation"),
                    ("private", "Private session"),
                    ("complaint", "Complaint"),
                ],
                max_length=15,
            ),
        ),
    ]
