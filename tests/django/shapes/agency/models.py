from django.conf import settings
from django.contrib.auth.models import User
from django.db import models


class Colleague(User):
    class Meta:
        proxy = True
        ordering = ["username"]


class Stamped(models.Model):
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Agent(Stamped):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    codename = models.CharField(max_length=40)
