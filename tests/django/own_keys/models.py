"""A token model of the project itself: `OWN_KEYS` says which."""

from django.conf import settings
from django.db import models


def user(**options: str) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, **options)


if settings.OWN_KEYS == "knox":
    from knox.models import AbstractAuthToken

    class OwnKey(AbstractAuthToken):
        """Replaces knox's model."""

elif settings.OWN_KEYS == "digest":

    class OwnKey(models.Model):
        """Holds only a digest."""

        key_hash = models.CharField(max_length=64, unique=True)
        expires_at = models.DateTimeField(null=True)
        user = user()

else:
    from rest_framework.authtoken.models import Token

    if settings.OWN_KEYS in ("child", "copy"):

        class OwnKey(Token):
            """A child of DRF's model, or a copy if its app is not installed."""

    else:

        class OwnKey(Token):
            """Any number for each user."""

            user = user(related_name="own_keys")
            if settings.OWN_KEYS == "named":
                name = models.CharField(max_length=40)
