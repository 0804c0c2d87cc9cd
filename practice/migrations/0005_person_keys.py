from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('practice', '0004_client_record_years'),
    ]

    operations = [
        migrations.AddField(
            model_name='sitestate',
            name='has_person_keys',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name='sitestate',
            name='person_keys_deleted_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
