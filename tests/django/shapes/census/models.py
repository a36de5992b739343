import uuid

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models

from compat import check

TIERS = [("basic", "Basic"), ("gold", "Gold")]


class Country(models.Model):
    iso = models.CharField(max_length=2, unique=True)
    name = models.CharField(max_length=60)


class Citizen(AbstractUser):
    birthday = models.DateField()
    tier = models.CharField(max_length=10, choices=TIERS)
    quota = models.PositiveIntegerField()
    home = models.ForeignKey(Country, on_delete=models.PROTECT)


class Dossier(models.Model):
    citizen = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    born = models.DateField()
    seen_at = models.DateTimeField()
    wakes_at = models.TimeField()
    shift = models.DurationField()
    consents = models.BooleanField()
    vaccinated = models.BooleanField(null=True, blank=True)
    reference = models.UUIDField()
    tracking = models.UUIDField(default=uuid.uuid4, unique=True)
    income = models.DecimalField(max_digits=12, decimal_places=3)
    weight = models.FloatField()
    answers = models.JSONField()
    country = models.ForeignKey(Country, on_delete=models.PROTECT)
    tier = models.CharField(max_length=10, choices=TIERS)
    points = models.PositiveIntegerField()
    level = models.SmallIntegerField()
    code = models.CharField(max_length=3)
    host = models.GenericIPAddressField()
    handle = models.SlugField()
    homepage = models.URLField()
    remarks = models.TextField()
    scan = models.BinaryField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            check(models.Q(level__gte=1, level__lte=9), "dossier_level_range"),
            check(models.Q(code__regex=r"^[A-Z]{3}$"), "dossier_code_form"),
        ]
