from django.conf import settings
import django.contrib.auth.models
import django.contrib.auth.validators
from django.db import migrations, models
import django.db.models.deletion
import django.utils.timezone
import uuid

from compat import check


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Citizen',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('birthday', models.DateField()),
                ('tier', models.CharField(choices=[('basic', 'Basic'), ('gold', 'Gold')], max_length=10)),
                ('quota', models.PositiveIntegerField()),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.Group', verbose_name='groups')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'abstract': False,
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Country',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('iso', models.CharField(max_length=2, unique=True)),
                ('name', models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name='Dossier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('born', models.DateField()),
                ('seen_at', models.DateTimeField()),
                ('wakes_at', models.TimeField()),
                ('shift', models.DurationField()),
                ('consents', models.BooleanField()),
                ('vaccinated', models.BooleanField(blank=True, null=True)),
                ('reference', models.UUIDField()),
                ('tracking', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('income', models.DecimalField(decimal_places=3, max_digits=12)),
                ('weight', models.FloatField()),
                ('answers', models.JSONField()),
                ('tier', models.CharField(choices=[('basic', 'Basic'), ('gold', 'Gold')], max_length=10)),
                ('points', models.PositiveIntegerField()),
                ('level', models.SmallIntegerField()),
                ('code', models.CharField(max_length=3)),
                ('host', models.GenericIPAddressField()),
                ('handle', models.SlugField()),
                ('homepage', models.URLField()),
                ('remarks', models.TextField()),
                ('scan', models.BinaryField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('citizen', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('country', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='census.country')),
            ],
        ),
        migrations.AddField(
            model_name='citizen',
            name='home',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='census.country'),
        ),
        migrations.AddField(
            model_name='citizen',
            name='user_permissions',
            field=models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.Permission', verbose_name='user permissions'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=check(models.Q(('level__gte', 1), ('level__lte', 9)), 'dossier_level_range'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=check(models.Q(('code__regex', '^[A-Z]{3}$')), 'dossier_code_form'),
        ),
    ]
