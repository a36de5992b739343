from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class ReaderManager(BaseUserManager):
    def create_user(self, username, password=None, **fields):
        reader = self.model(username=self.model.normalize_username(username), **fields)
        reader.set_password(password)
        reader.save(using=self._db)
        return reader


class Reader(AbstractBaseUser):
    username = models.CharField(max_length=60, unique=True)
    is_active = models.BooleanField(default=True)

    objects = ReaderManager()

    USERNAME_FIELD = "username"


class Shelf(models.Model):
    reader = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    label = models.CharField(max_length=40)
