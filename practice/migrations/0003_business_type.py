from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('practice', '0002_fees_and_registration'),
    ]

    operations = [
        migrations.AddField(
            model_name='practice',
            name='business_type',
            field=models.CharField(choices=[('LocalBusiness', 'A local practice'), ('MedicalBusiness', 'A medical practice')], default='LocalBusiness', help_text='Medical only if you are registered with the Health and Care Professions Council (HCPC).', max_length=20, verbose_name='what search engines are told you are'),
        ),
    ]
