from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models

LOGIN = getattr(settings, "CLIENT_LOGIN", "username")


class Client(AbstractUser):
    email = models.EmailField(unique=True)

    objects = UserManager()

    USERNAME_FIELD = LOGIN
    REQUIRED_FIELDS = ["username"] if LOGIN == "email" else ["email"]


class Desk(models.Model):
    client = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    room = models.CharField(max_length=10)
