from django.conf import settings
from django.db import models


class Seat(models.Model):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    label = models.CharField(max_length=10)
