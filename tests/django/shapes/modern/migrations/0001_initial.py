import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Setting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('theme', models.CharField(max_length=20)),
                ('language', models.CharField(db_default='en', max_length=5)),
                ('retries', models.IntegerField(db_default=3)),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('label', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Concat('theme', models.Value('/'), 'language'), output_field=models.CharField(max_length=40))),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
