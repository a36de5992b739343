from django.conf import settings
from django.db import models
from rest_framework_api_key.models import AbstractAPIKey


class UserKey(AbstractAPIKey):
    """An API key that refers to its user."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)


class OwnToken(models.Model):
    """A token as DRF's, any number for each user."""

    key = models.CharField(max_length=40, primary_key=True)
    created = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="own_tokens")
