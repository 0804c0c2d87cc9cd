import uuid

import django.db.models.deletion
from django.db import migrations, models

MODELS = ('appointment', 'bookingsettings', 'enquiry', 'event', 'person', 'reply')


def leave_out_of_statistics(apps, schema_editor):
    """Keep PostgreSQL from copying keys into its statistics, from which no erasure takes them away."""
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute('ALTER TABLE bookings_personkey ALTER COLUMN wrapped SET STATISTICS 0')


def nothing(apps, schema_editor):
    pass


def write_for_the_previous_release(apps, schema_editor):
    """Write everything with FIELD_KEY itself before the keys of people go. Raises RuntimeError."""
    from bookings import rotation

    if unopened := rotation.undo(apps, lambda done, of: None):
        raise RuntimeError(f'The keys of {unopened} people could not be opened with FIELD_KEY, and would be lost.')


class Migration(migrations.Migration):

    dependencies = [
        ('practice', '0005_person_keys'),
        ('bookings', '0002_private_link_pin'),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonKey',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('wrapped', models.CharField(editable=False, max_length=200)),
            ],
        ),
        # Without a default at first: rows that are there would all get the same id.
        *[migrations.AddField(model, 'row_id', models.UUIDField(editable=False, null=True)) for model in MODELS],
        *[
            migrations.AlterField(model, 'row_id', models.UUIDField(default=uuid.uuid4, editable=False, null=True))
            for model in MODELS
        ],
        migrations.AddField(
            model_name='person',
            name='key',
            field=models.OneToOneField(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name='person',
                to='bookings.personkey',
            ),
        ),
        migrations.RunPython(leave_out_of_statistics, nothing),
        migrations.RunPython(nothing, write_for_the_previous_release),
    ]
