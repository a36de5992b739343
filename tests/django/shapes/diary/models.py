from django.conf import settings
from django.db import models


class Diarist(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    begun_at = models.DateTimeField()
    created = models.DateTimeField(auto_now_add=True)
